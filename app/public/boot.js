// The one script of the page and of its workers. A worker is started with this file's own URL, so that both run the
// same module and the same WebAssembly. It names no other origin and carries no data: `integrity` in the HTML pins it.

const isPage = "document" in globalThis;

// The only Trusted Types policy. Leptos builds static parts of a view through `template.innerHTML`, which is harmless
// with our own markup; anything that could run is refused here, whoever asks. Text of people never takes this way.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html) => (/<script|<iframe|<object|<embed|\son\w+\s*=|javascript:|srcdoc/i.test(html) ? null : html),
  createScriptURL: (url) => (url === import.meta.url ? url : null),
});

// The fragment of an invite link is a room key. It leaves the address bar and the history before anything is fetched, since
// that can take long, and comes back if the page cannot start, so that loading it again still leads into the room.
const invitation = isPage && location.pathname === "/join" ? location.hash.slice(1) : "";
if (invitation) history.replaceState(null, "", "/join");

// The sentences are in the HTML already: a page that cannot start can still say so.
const explain = (id) => document.getElementById(id)?.removeAttribute("hidden");

try {
  if (!("WebAssembly" in globalThis)) {
    throw new TypeError("WebAssembly is missing");
  }
  // Loaded from here and not by a static import: if it cannot be fetched, this file still runs and says so.
  const { default: init, page, worker } = await import("./pkg/securechat.js");
  await init({ module_or_path: new URL("./pkg/securechat.wasm", import.meta.url) });
  if (isPage) {
    page(import.meta.url, invitation);
  } else {
    await worker();
  }
} catch (error) {
  if (isPage) {
    if (invitation) history.replaceState(null, "", `/join#${invitation}`);
    explain("WebAssembly" in globalThis ? "start-failed" : "no-webassembly");
  }
  // In a worker this reaches the page as the worker's error event.
  throw error;
}
