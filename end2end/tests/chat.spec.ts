// People talk through the server.

import { Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

test("two people talk, each in their own browser", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Harbour");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Harbour");

  await ana.getAcross("Is the tide in?");
  await expect(ben.message("Is the tide in?")).toContainText(ana.name);
  await ben.getAcross("It is on its way.");
  await expect(ana.message("It is on its way.")).toContainText(ben.name);
  await expect(ana.messages.getByText(`${ben.name} joined`)).toBeVisible();
});

test("three people see who is in, and one leaves", async ({ page, openBrowser, watch }) => {
  watch.expect(/404/);
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Crew");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  const cleo = await Person.signUp(await (await openBrowser()).newPage(), "cleo");
  await ben.join(key, "Crew");
  await cleo.join(key, "Crew");
  await ana.getAcross("Everybody here?");
  for (const one of [ben, cleo]) await expect(one.message("Everybody here?")).toBeVisible();

  await ana.page.getByRole("link", { name: "Room details" }).click();
  const members = ana.page.getByRole("region", { name: /^Members/ });
  await expect(members.getByRole("listitem")).toHaveCount(3);
  await expect(members).toContainText(cleo.name);

  await cleo.page.getByRole("link", { name: "Room details" }).click();
  await cleo.page.getByRole("button", { name: "Leave room…" }).click();
  await cleo.page.getByRole("button", { name: "Leave room", exact: true }).click();
  await expect(cleo.page).toHaveURL(/\/chats$/);
  await expect(members.getByRole("listitem")).toHaveCount(2);

  await ana.page.getByRole("button", { name: "Show room key" }).click();
  const newKey = ana.page.getByTestId("room-key");
  await expect(newKey).toBeVisible();
  expect((await newKey.innerText()).replaceAll(/\s+/g, "")).not.toBe(key);
  await ben.getAcross("She is gone.");
  await ana.page.getByRole("link", { name: "Back" }).filter({ visible: true }).first().click();
  await expect(ana.message("She is gone.")).toBeVisible();

  await cleo.click("link", /^Join/);
  await cleo.page.getByLabel("Room key or invite link").fill(key);
  await cleo.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(cleo.page.getByRole("alert").filter({ hasText: /\S/ }).first()).toBeVisible();
});

test("history loads as one scrolls up", async ({ page }) => {
  test.slow(); // more messages than a page of history has
  const ana = await Person.signUp(page, "ana");
  await ana.makeRoom("Diary");
  for (let number = 1; number <= 115; number++) await ana.say(`Day ${number}.`);
  await expect(ana.message("Day 115.")).toHaveAttribute("data-state", "sent", { timeout: 30_000 });
  await page.reload();
  await expect(ana.message("Day 115.")).toBeVisible();
  await expect(async () => {
    await ana.messages.hover();
    await page.mouse.wheel(0, -5000);
    await expect(ana.messages.getByText("This is the beginning of Diary.")).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await expect(ana.messages.getByText("Day 1.", { exact: true })).toBeVisible();
});

test("the chat list tells what is new", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Kitchen");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Kitchen");
  await ana.page.goto("/chats");
  await ben.say("Who ate the cake?");
  await ben.say("It was mine.");
  const line = ana.page.getByRole("link", { name: /Kitchen/ });
  await expect(line).toContainText("It was mine.");
  await expect(line).toContainText("2 unread");
  await ana.open("Kitchen");
  await expect(ana.message("Who ate the cake?")).toBeVisible();
  await ana.page.goto("/chats");
  await expect(line).toBeVisible();
  await expect(line).not.toContainText("unread");
});

test("an invite link leads a newcomer through the sign-up into the room", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Garden");
  const guest = await (await openBrowser()).newPage();
  await guest.goto(`/join#${key}`);
  await expect(guest).toHaveURL(/\/join$/);
  await guest.getByRole("link", { name: "Create account" }).filter({ visible: true }).first().click();
  await guest.getByLabel("Username").fill(`guest-${Math.random().toString(36).slice(2, 10)}`);
  await guest.getByLabel("Passphrase", { exact: true }).fill("seven crates of quiet thunder");
  await guest.getByRole("button", { name: "Create account" }).click();
  await guest.getByRole("checkbox").check({ timeout: 30_000 });
  await guest.getByRole("button", { name: "Continue" }).click();
  await expect(guest.getByRole("heading", { name: "Garden" })).toBeVisible();
  await ana.getAcross("Welcome!");
  await expect(guest.getByRole("log", { name: "Messages" })).toContainText("Welcome!");
});
