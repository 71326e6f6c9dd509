// The server holds nothing that opens anything, and what it holds opens for whoever has the room key, in any language.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OFFLINE, PASSPHRASE, Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

const ROOM = "Lighthouse keepers";
const TEXT = "The lamp is out since Tuesday.";

/** How a text looks raw, and inside base64 at each of the three places where it can begin. */
function shapes(text: string): string[] {
  const encoded = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64");
    // The letters at both ends share bits with whatever stands beside the text.
    return whole.replace(/=+$/, "").slice(Math.ceil((shift * 8) / 6), -1);
  });
  const url = encoded.map((one) => one.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([text, encodeURIComponent(text), ...encoded, ...url])];
}

test("database, log and traffic hold no secret", async ({ openBrowser, ownServer, watch }) => {
  watch.expect(OFFLINE);
  const traffic: Buffer[] = [];
  const keep = (what: string | Buffer | null | undefined) => {
    if (what) traffic.push(Buffer.from(what));
  };
  const people: Person[] = [];
  for (const name of ["ana", "ben"]) {
    const context = await openBrowser({ baseURL: ownServer.url });
    context.on("request", (request) => {
      keep(request.url());
      keep(request.postDataBuffer());
      keep(JSON.stringify(request.headers()));
    });
    context.on("response", (response) => {
      if (response.url().includes("/api/")) void response.body().then(keep, () => undefined);
    });
    const page = await context.newPage();
    page.on("websocket", (socket) => {
      socket.on("framesent", (frame) => keep(frame.payload));
      socket.on("framereceived", (frame) => keep(frame.payload));
    });
    people.push(await Person.signUp(page, name));
  }
  const [ana, ben] = people as [Person, Person];
  const key = await ana.makeRoom(ROOM);
  await ben.join(key, ROOM);
  await ana.getAcross(TEXT);
  await expect(ben.message(TEXT)).toBeVisible();
  await ana.page.goto("/profile");
  await ana.page.getByRole("textbox", { name: "Display name" }).fill("Ana the keeper");
  await ana.page.getByRole("button", { name: "Save name" }).click();
  await expect(ben.message(TEXT)).toContainText("Ana the keeper");
  await ownServer.stop();

  const files = readdirSync(ownServer.folder).map((file) => readFileSync(`${ownServer.folder}/${file}`));
  const haystack = Buffer.concat([...files, ...traffic]);
  expect(traffic.length).toBeGreaterThan(20);
  const finds = (text: string) => shapes(text).some((shape) => haystack.includes(shape));
  // It can find: usernames are public.
  expect(finds(ana.name)).toBe(true);
  expect(Buffer.concat(files).includes(ana.name)).toBe(true);
  const secrets = [PASSPHRASE, key, key.replace(/=+$/, ""), ROOM, TEXT, "Ana the keeper", ana.recoveryCode];
  expect(secrets.filter(finds)).toEqual([]);
  expect(haystack.includes(Buffer.from(key, "base64url"))).toBe(false);
});

test("the reference reader reads the room from the server's database", async ({ openBrowser, ownServer, watch }) => {
  watch.expect(OFFLINE);
  const python = process.env.SECURECHAT_PYTHON;
  expect(python, "cargo xtask test names the Python that has the package cryptography").toBeTruthy();
  const page = await (await openBrowser({ baseURL: ownServer.url })).newPage();
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom(ROOM);
  await ana.getAcross(TEXT);
  await ownServer.stop();
  const reader = fileURLToPath(new URL("../../docs/reader/reader.py", import.meta.url));
  const output = execFileSync(python!, ["-B", reader, ownServer.database], { input: key, encoding: "utf8" });
  expect(output).toContain(`* ${ana.name} names the room ${ROOM}`);
  expect(output).toContain(`${ana.name}: ${TEXT}`);
  expect(output).toContain("Everything was verified.");
});
