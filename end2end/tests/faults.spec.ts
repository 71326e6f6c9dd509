// What goes wrong, and what a person then reads.

import { OFFLINE, PASSPHRASE, Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

test("a killed server costs nothing: what is written meanwhile goes out after it is back", async ({ openBrowser, ownServer, watch }) => {
  watch.expect(OFFLINE);
  const pages = [];
  for (let i = 0; i < 2; i++) pages.push(await (await openBrowser({ baseURL: ownServer.url })).newPage());
  const ana = await Person.signUp(pages[0]!, "ana");
  const key = await ana.makeRoom("Mountain");
  const ben = await Person.signUp(pages[1]!, "ben");
  await ben.join(key, "Mountain");
  await ana.getAcross("Before the storm.");

  await ownServer.kill();
  await expect(ana.page.getByText("No connection.")).toBeVisible();
  await ana.say("In the storm.");
  await ben.say("Here too.");
  await expect(ana.message("In the storm.")).toHaveAttribute("data-state", "sending");
  await ownServer.run();
  for (const one of [ana, ben]) {
    for (const text of ["Before the storm.", "In the storm.", "Here too."]) {
      await expect(one.message(text)).toHaveAttribute("data-state", "sent", { timeout: 45_000 });
    }
  }
  await expect(ana.page.getByText("No connection.")).toBeHidden();
});

test("what is written offline survives a closed tab", async ({ openBrowser, ownServer, watch }) => {
  watch.expect(OFFLINE);
  const contexts = [];
  for (let i = 0; i < 2; i++) contexts.push(await openBrowser({ baseURL: ownServer.url }));
  const ana = await Person.signUp(await contexts[0]!.newPage(), "ana");
  const key = await ana.makeRoom("Tunnel");
  const ben = await Person.signUp(await contexts[1]!.newPage(), "ben");
  await ben.join(key, "Tunnel");

  await ownServer.kill();
  await ana.say("Written underground.");
  await expect(ana.message("Written underground.")).toHaveAttribute("data-state", "sending");
  const address = ana.page.url();
  await ana.page.close();
  await ownServer.run();
  const again = await contexts[0]!.newPage();
  await again.goto(address);
  await expect(ben.message("Written underground.")).toBeVisible({ timeout: 45_000 });
  await expect(again.getByRole("log", { name: "Messages" })).toContainText("Written underground.");
});

test("a session that ends while one types asks for the passphrase and keeps the text", async ({ page, openBrowser, watch }) => {
  watch.expect(/401/);
  const ana = await Person.signUp(page, "ana");
  await ana.makeRoom("Desk");
  await ana.composer.fill("half a sente");
  const phone = await ana.logInAt(await (await openBrowser()).newPage());
  await phone.page.goto("/profile");
  await phone.page.getByRole("button", { name: "Log out all others" }).click();

  const dialog = page.getByRole("dialog", { name: "Please log in again" });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await dialog.getByRole("button", { name: "Log in" }).click();
  await expect(dialog).toBeHidden({ timeout: 30_000 });
  await expect(ana.composer).toHaveValue("half a sente");
  await ana.getAcross("half a sentence is none");
});

test("a wrong key says what is wrong with it", async ({ page, watch }) => {
  watch.expect(/404/);
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Attic");
  await page.goto("/join");
  const alert = page.getByRole("alert").filter({ hasText: /\S/ }).first();
  for (const wrong of ["hello", key.slice(0, 30), "A".repeat(43)]) {
    await page.getByLabel("Room key or invite link").fill(wrong);
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(alert).toBeVisible();
    await expect(page).toHaveURL(/\/join$/);
  }
  // One's own room: joining twice leads into it.
  await page.getByLabel("Room key or invite link").fill(` ${key} `);
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Attic" })).toBeVisible();
});

test("a message that is too long is counted before it is sent", async ({ page }) => {
  const ana = await Person.signUp(page, "ana");
  await ana.makeRoom("Novel");
  await ana.composer.fill("x".repeat(17_000));
  await expect(page.getByText(/characters too long/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Send" })).toBeDisabled();
  await ana.composer.press("Control+Enter");
  await ana.composer.press("Enter");
  await expect(ana.messages.getByRole("listitem").filter({ hasText: "xxxx" })).toHaveCount(0);
  await ana.composer.fill("x".repeat(16_000));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(ana.message("xxxx")).toHaveAttribute("data-state", "sent");
});
