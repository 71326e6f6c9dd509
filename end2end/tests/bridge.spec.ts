// One engine per browser, what it keeps in the browser, and what comes with the address.

import type { Page } from "@playwright/test";
import { expect, test } from "../harness/test.ts";

const OTHER_TAB = "SecureChat is open in another tab";
const PASSPHRASE = "seven crates of quiet thunder";
// The shape of a room key; no room has it.
const ROOM_KEY = "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=";

function newName(): string {
  return `bridge-${Math.random().toString(36).slice(2, 10)}`;
}

async function signUp(page: Page, username = newName()): Promise<string> {
  await page.goto("/signup");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Save your recovery code" })).toBeVisible({ timeout: 30_000 });
  return username;
}

/** Everything that the browser has stored, as text in which a name or a key would be found. */
async function stored(page: Page): Promise<{ names: string[]; bytes: string; extractable: boolean[] }> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("securechat"));
    const transaction = database.transaction(["values", "holder"]);
    const names = await done(transaction.objectStore("values").getAllKeys());
    const values: Uint8Array[] = await done(transaction.objectStore("values").getAll());
    const keys: unknown[] = await done(transaction.objectStore("holder").getAll());
    database.close();
    return {
      names: names.map(String),
      bytes: values.map((value) => new TextDecoder("latin1").decode(value)).join("\n"),
      extractable: keys.filter((key) => key instanceof CryptoKey).map((key) => (key as CryptoKey).extractable),
    };
  });
}

test("a second tab says that the first has the app, and takes over when asked", async ({ context, page }) => {
  await signUp(page);
  await page.goto("/profile");
  await expect(page.getByRole("heading", { name: "Passphrase" })).toBeVisible();

  const second = await context.newPage();
  await second.goto("/profile");
  await expect(second.getByRole("heading", { name: OTHER_TAB })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Passphrase" })).toBeVisible();

  await second.getByRole("button", { name: "Use it here" }).click();
  await expect(second.getByRole("heading", { name: "Passphrase" })).toBeVisible();
  await expect(page.getByRole("heading", { name: OTHER_TAB })).toBeVisible();

  await page.getByRole("button", { name: "Use it here" }).click();
  await expect(page.getByRole("heading", { name: "Passphrase" })).toBeVisible();
  await expect(second.getByRole("heading", { name: OTHER_TAB })).toBeVisible();
});

test("a waiting tab starts by itself when the other is closed", async ({ context, page }) => {
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
  const second = await context.newPage();
  await second.goto("/login");
  await expect(second.getByRole("heading", { name: OTHER_TAB })).toBeVisible();
  await page.close();
  await expect(second.getByRole("button", { name: "Log in" })).toBeVisible();
});

test("without locks the newer tab wins, and the older one steps aside before it writes", async ({ context }) => {
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
  const [older, newer] = [await context.newPage(), await context.newPage()];
  const username = await signUp(older);
  await newer.goto("/profile");
  await expect(newer.getByRole("heading", { name: "Passphrase" })).toBeVisible();

  // Whatever the older one wants to write next is refused. It may have tried by itself already.
  await older.getByRole("checkbox").check({ timeout: 3000 }).catch(() => undefined);
  await older.getByRole("button", { name: "Continue" }).click({ timeout: 3000 }).catch(() => undefined);
  await expect(older.getByRole("heading", { name: OTHER_TAB })).toBeVisible();
  await expect(newer.getByText(username).filter({ visible: true }).first()).toBeVisible();
});

test("the key of an invite link leaves the address bar at once", async ({ page, watch }) => {
  watch.expect(/ERR_FAILED|Failed to fetch/);
  await page.goto(`/join#${ROOM_KEY}`);
  await expect(page.getByRole("heading", { name: "You are invited to a chat" })).toBeVisible();
  await expect(page).toHaveURL("/join");

  // Even while the app is still on its way, and back if it never comes, so that another try leads to the room.
  let giveUp = () => {};
  const held = new Promise<void>((resolve) => (giveUp = resolve));
  await page.route("**/*.wasm", (route) => held.then(() => route.abort()));
  await page.goto("/");
  await page.goto(`/join#${ROOM_KEY}`);
  await expect(page).toHaveURL("/join");
  giveUp();
  await expect(page).toHaveURL(`/join#${ROOM_KEY}`);
  await page.unrouteAll({ behavior: "wait" });
  await page.reload();
  await expect(page.getByRole("heading", { name: "You are invited to a chat" })).toBeVisible();

  // A link that is opened in a tab that has the page already: nothing is loaded anew.
  await page.evaluate((key) => location.assign(`/join#${key}`), ROOM_KEY);
  await expect(page).toHaveURL("/join");

  await page.goto("/");
  await page.goBack();
  expect(page.url()).not.toContain(ROOM_KEY.slice(0, 8));
  await page.goBack().catch(() => undefined);
  expect(page.url()).not.toContain(ROOM_KEY.slice(0, 8));
});

test("a reload keeps the session", async ({ page }) => {
  const username = await signUp(page);
  await page.goto("/profile");
  await page.reload();
  await expect(page.getByText(username).filter({ visible: true }).first()).toBeVisible();
});

test("what the browser keeps is encrypted, and logging out wipes it", async ({ page }) => {
  const username = await signUp(page);
  await page.goto("/profile");
  await expect(page.getByText(username).filter({ visible: true }).first()).toBeVisible();

  const kept = await stored(page);
  expect(kept.names.length).toBeGreaterThan(0);
  expect(kept.bytes.length).toBeGreaterThan(100);
  expect(kept.bytes).not.toContain(username);
  expect(kept.bytes).not.toContain("username");
  expect(kept.extractable).toEqual([false]);

  await page.getByRole("button", { name: "Log out", exact: true }).first().click();
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
  await expect.poll(async () => (await stored(page)).names).toEqual([]);
});

test("a browser that keeps nothing says so and works all the same", async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(globalThis, "indexedDB", { value: undefined }));
  const username = await signUp(page);
  await expect(page.getByText("This browser keeps nothing for SecureChat here")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/chats|welcome/);
});

test("what was damaged in the browser's storage is removed and not believed", async ({ page }) => {
  const username = await signUp(page);
  await page.evaluate(async () => {
    const opening = indexedDB.open("securechat");
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const transaction = opening.result.transaction("values", "readwrite");
    const values = transaction.objectStore("values");
    values.openCursor().onsuccess = (event) => {
      const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
      if (!cursor) return;
      const value = cursor.value as Uint8Array;
      value[value.length - 1]! ^= 1;
      cursor.update(value);
    };
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    opening.result.close();
  });
  await page.goto("/login");
  await expect(page.getByText("was damaged and has been removed")).toBeVisible();
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/chats|welcome/);
});

test("a worker that cannot start is told, and the form can be used again", async ({ page, context, watch }) => {
  watch.expect(/boot\.js|ERR_FAILED|Failed to fetch|worker/i);
  await page.goto("/signup");
  await expect(page.getByLabel("Username")).toBeEnabled();
  await context.route("**/boot.js", (route) => route.abort());
  await page.getByLabel("Username").fill(newName());
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText(/This browser refused something that SecureChat needs/)).toBeVisible();
  await context.unroute("**/boot.js");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Save your recovery code" })).toBeVisible({ timeout: 30_000 });
});
