// What a browser fetches on opening a page, when it fetches the rest, and how the app comes into the page.

import type { Page } from "@playwright/test";
import { expect, test } from "../harness/test.ts";

const INSIDE = "**/split_inside.wasm";

/** Paths of everything that the page fetches from now on. */
function fetched(page: Page): string[] {
  const paths: string[] = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}

/** Keeps the app from starting until the answer is called. */
async function hold(page: Page): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/securechat.wasm", async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

/** `cargo leptos build` without --split makes one piece; where there should be two, `cargo xtask weigh` fails. */
async function skipIfInOnePiece(page: Page): Promise<void> {
  const html = await (await page.request.get("/login")).text();
  test.skip(!html.includes("/__wasm_split"), "this site is built in one piece");
}

test("the log-in page fetches what its HTML names, and the rest when someone begins to use it", async ({ page }) => {
  await skipIfInOnePiece(page);
  const paths = fetched(page);
  const html = (await (await page.goto("/login"))?.text()) ?? "";
  const username = page.getByLabel("Username");
  await expect(username).toBeEnabled();
  await page.waitForLoadState("networkidle");
  const named = [...html.matchAll(/"(\/a\/[^"]+)"/g)].map((match) => match[1]);
  expect(paths.filter((path) => path !== "/login" && !named.includes(path))).toEqual([]);
  expect(paths.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);

  await username.click();
  await expect.poll(() => paths.filter((path) => path.endsWith(".wasm"))).toHaveLength(2);
});

test("focus, scroll position and title are the same before and after the app starts", async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 400 });
  const release = await hold(page);
  await page.goto("/");
  const title = await page.title();
  const link = page.getByRole("link", { name: "Create account" }).last();
  await link.focus();
  await page.evaluate(() => scrollTo(0, 150));
  await page.evaluate(() => Object.assign(document.activeElement ?? {}, { isOfTheHtml: true }));

  release();
  // The element is another one now, at the same place.
  await expect.poll(() => page.evaluate(() => "isOfTheHtml" in (document.activeElement ?? {}))).toBe(false);
  await expect(link).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(150);
  expect(await page.title()).toBe(title);
});

test("someone for whom the rest cannot be fetched is told, and can try again", async ({ page, watch }) => {
  await skipIfInOnePiece(page);
  watch.expect(/split_inside|Failed to fetch|ERR_FAILED/);
  watch.expect(/401/);
  await page.route(INSIDE, (route) => route.abort());
  await page.goto("/login");
  await page.getByLabel("Username").fill("nobody-at-all");
  await page.getByLabel("Passphrase", { exact: true }).fill("seven crates of quiet thunder");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "could not be loaded" })).toBeVisible();

  await page.unroute(INSIDE);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /passphrase/i })).toBeVisible({ timeout: 30_000 });
});

test("someone who is logged in and cannot get the rest is told that the page did not start", async ({ page, watch }) => {
  await skipIfInOnePiece(page);
  watch.expect(/split_inside|Failed to fetch|ERR_FAILED/);
  await page.goto("/signup");
  await page.getByLabel("Username").fill(`load-${Math.random().toString(36).slice(2, 10)}`);
  await page.getByLabel("Passphrase", { exact: true }).fill("seven crates of quiet thunder");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Save your recovery code" })).toBeVisible({ timeout: 30_000 });

  await page.route(INSIDE, (route) => route.abort());
  await page.goto("/chats");
  await expect(page.getByRole("alert").filter({ hasText: "could not start" })).toBeVisible();
});
