// New recovery codes and new keys for those who fear that theirs are known.

import { PASSPHRASE, Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

const NEW = "nine tin whistles at midnight";

test("a new recovery code replaces the old one", async ({ page, openBrowser, watch }) => {
  watch.expect(/401/);
  const ana = await Person.signUp(page, "ana");
  await ana.makeRoom("Letters");
  await page.goto("/profile");
  await page.getByRole("button", { name: "Make a new code…" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a new recovery code" });
  await dialog.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await dialog.getByRole("button", { name: "Make a new code" }).click();
  await expect(page).toHaveURL(/\/welcome$/, { timeout: 30_000 });
  const code = (await page.getByTestId("recovery-code").innerText()).replaceAll(/\s+/g, "");
  expect(code).not.toBe(ana.recoveryCode);
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Continue" }).click();

  const other = await (await openBrowser()).newPage();
  const recover = async (with_: string) => {
    await other.goto("/recover");
    await other.getByLabel("Username").fill(ana.name);
    await other.getByLabel("Recovery code").fill(with_);
    await other.getByLabel("New passphrase", { exact: true }).fill(NEW);
    await other.getByRole("button", { name: "Set new passphrase" }).click();
  };
  await recover(ana.recoveryCode);
  await expect(other.getByRole("alert").filter({ hasText: "wrong" })).toBeVisible({ timeout: 30_000 });
  await recover(code);
  await expect(other).toHaveURL(/\/chats$/, { timeout: 30_000 });
});

test("new keys for someone whose keys may be known: rooms go on, friends are told", async ({ page, openBrowser, watch }) => {
  watch.expect(/401|409/);
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Cabin");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Cabin");
  await ana.getAcross("Before.");
  await expect(ben.message("Before.")).toBeVisible();
  const stolen = await ana.logInAt(await (await openBrowser()).newPage());

  await page.goto("/profile");
  await page.getByRole("button", { name: "Replace my keys…" }).click();
  const dialog = page.getByRole("dialog", { name: "Replace your keys" });
  await dialog.getByLabel("Current passphrase", { exact: true }).fill(PASSPHRASE);
  await dialog.getByLabel("New passphrase", { exact: true }).fill(NEW);
  await dialog.getByRole("button", { name: "Replace my keys" }).click();
  await expect(page).toHaveURL(/\/welcome$/, { timeout: 60_000 });
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Continue" }).click();

  await expect(ben.messages.getByText(`${ana.name} has new keys`)).toBeVisible();
  await expect(stolen.page.getByRole("dialog", { name: "Please log in again" })).toBeVisible();
  await ana.open("Cabin");
  await ana.getAcross("After.");
  await expect(ben.message("After.")).toBeVisible();
  await ben.getAcross("Glad you noticed.");
  await expect(ana.message("Glad you noticed.")).toBeVisible();

  const again = await ana.logInAt(await (await openBrowser()).newPage(), NEW);
  await again.open("Cabin");
  for (const text of ["Before.", "After.", "Glad you noticed."]) await expect(again.message(text)).toBeVisible();
  await expect(again.page.getByRole("alert", { name: "Warnings" })).toHaveCount(0);
});
