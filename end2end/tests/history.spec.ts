// What was said does not change behind people's backs: deletions are seen, and so is a log that lost its end.

import { copyFileSync, rmSync } from "node:fs";
import { OFFLINE, Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

test("a message that is deleted for everyone is gone for all, and that it is gone is seen", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Balcony");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Balcony");
  await ana.getAcross("The code is 4711.");
  await ana.getAcross("See you.");
  await expect(ben.message("The code is 4711.")).toBeVisible();
  await expect(ben.message("See you.")).toBeVisible();

  await ana.message("The code is 4711.").getByRole("button", { name: "About this message" }).click();
  const sheet = page.getByRole("dialog", { name: "Message" });
  await sheet.getByRole("button", { name: "Delete for everyone" }).click();
  await expect(sheet).toBeHidden();
  await expect(ana.messages.getByText("You deleted a message")).toBeVisible();
  await expect(ben.messages.getByText(`${ana.name} deleted a message`)).toBeVisible();
  for (const one of [ana, ben]) await expect(one.message("The code is 4711.")).toHaveCount(0);

  await ben.page.reload();
  await expect(ben.message("See you.")).toBeVisible();
  await expect(ben.messages.getByText(`${ana.name} deleted a message`)).toBeVisible();
  await expect(ben.message("The code is 4711.")).toHaveCount(0);
});

test("a server that comes back with a backup is noticed, and the owner goes on", async ({ openBrowser, ownServer, watch }) => {
  watch.expect(OFFLINE);
  const pages = [];
  for (let i = 0; i < 2; i++) pages.push(await (await openBrowser({ baseURL: ownServer.url })).newPage());
  const ana = await Person.signUp(pages[0]!, "ana");
  const key = await ana.makeRoom("Cellar");
  const ben = await Person.signUp(pages[1]!, "ben");
  await ben.join(key, "Cellar");
  await ben.getAcross("Before the backup.");
  await expect(ana.message("Before the backup.")).toBeVisible();

  await ownServer.stop();
  const backup = `${ownServer.database}.backup`;
  copyFileSync(ownServer.database, backup);
  await ownServer.run();
  await ana.getAcross("After the backup.");
  await expect(ben.message("After the backup.")).toBeVisible({ timeout: 45_000 });
  await ownServer.stop();
  for (const rest of ["-wal", "-shm"]) rmSync(ownServer.database + rest, { force: true });
  copyFileSync(backup, ownServer.database);
  await ownServer.run();

  for (const one of [ana, ben]) {
    const closed = one.page.getByText("The server came back without the newest messages of this room.");
    await expect(closed.filter({ visible: true }).first()).toBeVisible({ timeout: 45_000 });
    await expect(one.composer).toHaveCount(0);
  }
  await expect(ben.page.getByText(`and ${ana.name} to go on`)).toBeVisible();
  await ana.page.getByRole("button", { name: "Go on with what is left" }).click();
  for (const one of [ana, ben]) await expect(one.composer).toBeVisible({ timeout: 45_000 });
  await ben.getAcross("Here we are again.");
  await expect(ana.message("Here we are again.")).toBeVisible();
  // What it means stays on the screen until someone says that they have understood it.
  const understood = ana.page.getByRole("button", { name: "Understood" });
  while ((await understood.count()) > 0) await understood.first().click();
  await expect(ana.page.getByRole("alert", { name: "Warnings" })).toHaveCount(0);
});
