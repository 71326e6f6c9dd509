import { Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

test("every page", async ({ page, openBrowser, watch }, { project }) => {
  watch.expect(/401|404/);
  const picture = async (name: string, of = page) => {
    // What moves has come to rest.
    await of.waitForTimeout(400);
    await of.screenshot({ path: `test-results/pictures/${name}-${project.name}.png` });
  };
  for (const [name, path] of [
    ["home", "/"],
    ["sign-up", "/signup"],
    ["log-in", "/login"],
    ["recover", "/recover"],
    ["not-found", "/nowhere"],
    ["join-stranger", "/join"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await picture(name);
  }
  await page.goto("/signup");
  await page.getByLabel("Username").fill("ana");
  await page.getByLabel("Passphrase", { exact: true }).fill("blue horse");
  await page.getByRole("button", { name: "Create account" }).click();
  await picture("sign-up-refused");

  const ana = await Person.signUp(page, "ana", "", (at) => picture("welcome", at));
  await picture("chats-empty");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  for (const [one, name] of [[ana, "Ana María"], [ben, "Ben Okafor"]] as const) {
    await one.page.goto("/profile");
    await one.page.getByRole("textbox", { name: "Display name" }).fill(name);
    await one.page.getByRole("button", { name: "Save name" }).click();
    await expect(one.page.getByText("Display name saved.")).toBeVisible();
    await one.page.goto("/chats");
  }

  await ana.click("link", "New chat");
  await picture("new-chat");
  await page.getByLabel("Name of the room").fill("Weekend in the hills");
  await page.getByRole("button", { name: "Make room" }).click();
  const key = (await page.getByTestId("room-key").innerText()).replaceAll(/\s+/g, "");
  await picture("room-key");
  await page.getByRole("link", { name: "Open the chat" }).click();
  await picture("room-empty");
  await ben.page.goto("/join");
  await ben.page.getByLabel("Room key or invite link").fill(key);
  await picture("join", ben.page);
  await ben.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(ben.composer).toBeVisible();
  await ana.getAcross("I have the cabin from Friday noon. Who brings what?");
  await ben.getAcross("Bread, cheese and the big pot.");
  await ben.getAcross("And maps: https://example.org/hills");
  await ana.getAcross("Then I take lamps and the stove. Meet at the station, platform 2, half past eight, and do not forget boots: it rained all week up there.");
  await ben.getAcross("See you there!");
  await ana.composer.fill("One more thing");
  await picture("room");
  await ana.composer.fill("x".repeat(16_500));
  await picture("room-too-long");
  await ana.composer.fill("");
  await page.getByRole("link", { name: "Room details" }).click();
  await picture("room-details");
  await page.goto("/chats");
  await ben.say("Oh, and the tickets!");
  await expect(page.getByRole("link", { name: /Weekend/ })).toContainText("unread");
  await picture("chats");
  await page.goto("/profile");
  await expect(page.getByRole("heading", { name: "Where you are logged in" })).toBeVisible();
  await picture("profile");
  await page.screenshot({ path: `test-results/pictures/profile-whole-${project.name}.png`, fullPage: true });
  await page.goto("/room/AAAAAAAAAAAAAAAAAAAAAA");
  await picture("room-of-nobody");
});
