// What one can do with an account.

import { PASSPHRASE, Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

const NEW = "nine tin whistles at midnight";

test("a second device sees all rooms and the whole history at once", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  await ana.makeRoom("Letters");
  await ana.getAcross("Dear diary.");
  const phone = await ana.logInAt(await (await openBrowser()).newPage());
  await phone.open("Letters");
  await expect(phone.message("Dear diary.")).toBeVisible();
  await phone.getAcross("From the phone.");
  await expect(ana.message("From the phone.")).toBeVisible();
});

test("the recovery code sets a new passphrase and keeps everything", async ({ page, openBrowser, watch }) => {
  watch.expect(/401/);
  const ana = await Person.signUp(page, "ana");
  await ana.makeRoom("Letters");
  await ana.getAcross("Do not lose this.");
  await page.close();

  const other = await (await openBrowser()).newPage();
  await other.goto("/recover");
  await other.getByLabel("Username").fill(ana.name);
  await other.getByLabel("Recovery code").fill(ana.recoveryCode);
  await other.getByLabel("New passphrase", { exact: true }).fill(NEW);
  await other.getByRole("button", { name: "Set new passphrase" }).click();
  await expect(other).toHaveURL(/\/chats$/, { timeout: 30_000 });
  await other.getByRole("link", { name: /Letters/ }).click();
  await expect(other.getByRole("log", { name: "Messages" })).toContainText("Do not lose this.");

  const third = await (await openBrowser()).newPage();
  await third.goto("/login");
  await third.getByLabel("Username").fill(ana.name);
  await third.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await third.getByRole("button", { name: "Log in" }).click();
  await expect(third.getByRole("alert").filter({ hasText: "wrong" })).toBeVisible({ timeout: 30_000 });
  await ana.logInAt(third, NEW);
});

test("unknown users and wrong passphrases get the same sentence", async ({ page, watch }) => {
  watch.expect(/401/);
  const ana = await Person.signUp(page, "ana");
  await page.context().clearCookies();
  const sentences = [];
  for (const name of [ana.name, "nobody-of-this-name"]) {
    const stranger = await page.context().browser()!.newContext();
    const other = await stranger.newPage();
    await other.goto(new URL("/login", page.url()).href);
    await other.getByLabel("Username").fill(name);
    await other.getByLabel("Passphrase", { exact: true }).fill(NEW);
    await other.getByRole("button", { name: "Log in" }).click();
    const alert = other.getByRole("alert").filter({ hasText: /\S/ }).first();
    await expect(alert).toBeVisible({ timeout: 30_000 });
    sentences.push(await alert.innerText());
    await stranger.close();
  }
  expect(sentences[0]).toBe(sentences[1]);
});

test("a taken or malformed username is said at once, and another one goes", async ({ page, openBrowser, watch }) => {
  watch.expect(/409/);
  const ana = await Person.signUp(page, "ana");
  const other = await (await openBrowser()).newPage();
  await other.goto("/signup");
  const alert = other.getByRole("alert").filter({ hasText: /\S/ }).first();
  for (const [name, words] of [[ana.name, /taken/], ["Not A Name!", /\S/]] as const) {
    await other.getByLabel("Username").fill(name);
    await other.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await other.getByRole("button", { name: "Create account" }).click();
    await expect(alert).toContainText(words, { timeout: 30_000 });
  }
  await other.getByLabel("Username").fill(`${ana.name}2`);
  await other.getByRole("button", { name: "Create account" }).click();
  await expect(other.getByRole("heading", { name: "Save your recovery code" })).toBeVisible({ timeout: 30_000 });
});

test("the profile: display name, passphrase, sessions, end of the account", async ({ page, openBrowser, watch }) => {
  watch.expect(/401/);
  // Two devices of one person write the vault: the one that comes second merges and writes again.
  watch.expect(/409.*vault_put/);
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Club");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Club");
  await ana.getAcross("hello");

  await page.goto("/profile");
  await page.getByRole("textbox", { name: "Display name" }).fill("Ana María");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(ben.message("hello")).toContainText("Ana María");

  const phone = await ana.logInAt(await (await openBrowser()).newPage());
  await page.reload();
  const sessions = page.getByRole("region", { name: "Where you are logged in" });
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  await sessions.getByRole("button", { name: /^Log out (?!all)/ }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await expect(phone.page.getByRole("dialog", { name: "Please log in again" })).toBeVisible();

  await page.getByLabel("Current passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByLabel("New passphrase", { exact: true }).fill(NEW);
  await page.getByRole("button", { name: "Change passphrase" }).click();
  await expect(page.getByText("Passphrase changed.")).toBeVisible({ timeout: 30_000 });

  await page.getByRole("button", { name: "Delete account…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByLabel("Passphrase", { exact: true }).fill(NEW);
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await expect(page).toHaveURL(/\/login$/, { timeout: 30_000 });
  await expect(ben.messages.getByText("Ana María left")).toBeVisible();
});
