// Two people talk through the server.

import type { Page } from "@playwright/test";
import { expect, test } from "../harness/test.ts";

const PASSPHRASE = "seven crates of quiet thunder";

async function signUp(page: Page, name: string): Promise<void> {
  await page.goto("/signup");
  await page.getByLabel("Username").fill(`${name}-${Math.random().toString(36).slice(2, 10)}`);
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Save your recovery code" })).toBeVisible({ timeout: 30_000 });
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

test("two people talk, each in their own browser", async ({ page, openBrowser }) => {
  const other = await (await openBrowser()).newPage();
  await signUp(page, "ana");
  await page.goto("/chats/new");
  await page.getByRole("textbox").first().fill("Harbour");
  await page.getByRole("button", { name: "Make room" }).click();
  const key = (await page.getByTestId("room-key").textContent())?.trim() ?? "";
  await page.getByRole("link", { name: "Open the chat" }).click();

  await signUp(other, "ben");
  await other.goto("/join");
  await other.getByRole("textbox").first().fill(key);
  await other.getByRole("button", { name: "Join" }).click();
  await expect(other.getByRole("heading", { name: "Harbour" })).toBeVisible();

  await say(page, "Is the tide in?");
  await expect(other.getByRole("log", { name: "Messages" })).toContainText("Is the tide in?");
  await say(other, "It is on its way.");
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("It is on its way.");
});
