// Who is in a room, who decides, and who someone really is.

import type { Page } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

/** Opens the page of one member of the room that is on the screen. */
async function lookAt(who: Person, name: string): Promise<void> {
  await who.page.getByRole("link", { name: "Room details" }).click();
  await who.page.getByRole("region", { name: /^Members/ }).getByRole("link", { name: new RegExp(name) }).click();
  await expect(who.page.getByRole("heading", { name, exact: true })).toBeVisible();
}

async function threeInARoom(page: Page, openBrowser: () => Promise<{ newPage(): Promise<Page> }>, room: string) {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom(room);
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  const cleo = await Person.signUp(await (await openBrowser()).newPage(), "cleo");
  for (const one of [ben, cleo]) await one.join(key, room);
  await cleo.getAcross("All here.");
  await expect(ana.message("All here.")).toBeVisible();
  return { ana, ben, cleo };
}

test("the owner makes an admin, who removes someone, and the key changes at once", async ({ page, openBrowser }) => {
  const { ana, ben, cleo } = await threeInARoom(page, openBrowser, "Orchard");
  await lookAt(ana, ben.name);
  await ana.page.getByRole("button", { name: `Make ${ben.name} an admin` }).click();
  await expect(ben.messages.getByText(`${ana.name} made you an admin`)).toBeVisible();

  await lookAt(ben, cleo.name);
  await ben.page.getByRole("button", { name: `Remove ${cleo.name}…` }).click();
  await ben.page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(ben.page.getByRole("heading", { name: "Room details" })).toBeVisible();
  await expect(cleo.page.getByText(`${ben.name} removed you from this room`).filter({ visible: true }).first()).toBeVisible();

  await ben.page.getByRole("link", { name: "Back" }).filter({ visible: true }).first().click();
  await ben.getAcross("Just the two of us.");
  await ana.page.goBack();
  await ana.page.goBack();
  await expect(ana.message("Just the two of us.")).toBeVisible();
  await expect(cleo.messages.getByText("Just the two of us.")).toHaveCount(0);
});

test("two people compare their safety number, by eye and by link", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Chess");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Chess");
  await ben.getAcross("Your move.");
  await expect(ana.message("Your move.")).toBeVisible();

  await lookAt(ana, ben.name);
  await lookAt(ben, ana.name);
  const digits = async (who: Person) => (await who.page.getByTestId("safety-number").innerText()).replaceAll(/\D/g, "");
  await expect(ana.page.getByTestId("safety-number")).toBeVisible();
  await expect(ben.page.getByTestId("safety-number")).toBeVisible();
  expect(await digits(ana)).toHaveLength(60);
  expect(await digits(ana)).toBe(await digits(ben));

  await ana.page.getByRole("button", { name: "The numbers are the same" }).click();
  await expect(ana.page.getByText("Verified").first()).toBeVisible();

  // What Ana's code says, opened on Ben's phone.
  await ben.page.context().grantPermissions(["clipboard-read", "clipboard-write"]).catch(() => undefined);
  await ana.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await ana.page.getByRole("button", { name: "Copy link" }).click();
  const link = await ana.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("/verify#");
  await ben.page.goto(link);
  await expect(ben.page.getByText("These are the keys that you know")).toBeVisible();
  const changed = link.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
  await ben.page.goto("/chats");
  await ben.page.goto(changed);
  await expect(ben.page.getByText("These are not the keys that you know")).toBeVisible();
});

test("one sees who is typing and what was read", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Station");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Station");
  await ana.getAcross("When do you arrive?");
  await expect(ana.message("When do you arrive?").getByText("Read", { exact: true })).toBeAttached();
  await ben.composer.pressSequentially("At ni");
  await expect(ana.page.getByText(`${ben.name} is typing…`)).toBeVisible();
  await expect(ana.page.getByText(`${ben.name} is typing…`)).toHaveCount(0);
});

test("everyone sees one room fingerprint", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Vault");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Vault");
  await ben.getAcross("In.");
  await expect(ana.message("In.")).toBeVisible();
  const seen = [];
  for (const one of [ana, ben]) {
    await one.page.getByRole("link", { name: "Room details" }).click();
    const digits = one.page.getByTestId("room-fingerprint");
    await expect(digits).toBeVisible();
    seen.push((await digits.innerText()).replaceAll(/\D/g, ""));
  }
  expect(seen[0]).toHaveLength(30);
  expect(seen[0]).toBe(seen[1]);
});
