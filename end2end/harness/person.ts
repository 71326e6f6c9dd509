// A person at a browser: what they click and type, by the names that the screen gives things.

import { expect, type Locator, type Page } from "@playwright/test";

/** What the browser says when the server is away. */
export const OFFLINE = /net::ERR|Failed to fetch|WebSocket connection/;

export const PASSPHRASE = "seven crates of quiet thunder";

/** A username that no other test has. */
export function freshName(name: string): string {
  return `${name}-${Math.random().toString(36).slice(2, 10)}`;
}

export class Person {
  private constructor(
    readonly page: Page,
    readonly name: string,
    readonly recoveryCode: string,
  ) {}

  /** Makes an account and notes the recovery code; `look` is called while it is on the screen. */
  static async signUp(page: Page, name: string, base = "", look?: (page: Page) => Promise<void>): Promise<Person> {
    const username = freshName(name);
    await page.goto(`${base}/signup`);
    await page.getByLabel("Username").fill(username);
    await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Save your recovery code" })).toBeVisible({ timeout: 30_000 });
    const code = (await page.getByTestId("recovery-code").innerText()).replaceAll(/\s+/g, "");
    await look?.(page);
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page).toHaveURL(/\/(chats|join)$/);
    return new Person(page, username, code);
  }

  /** The same person in another browser. */
  async logInAt(page: Page, passphrase = PASSPHRASE, base = ""): Promise<Person> {
    await page.goto(`${base}/login`);
    await page.getByLabel("Username").fill(this.name);
    await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page).toHaveURL(/\/chats$/, { timeout: 30_000 });
    return new Person(page, this.name, this.recoveryCode);
  }

  /** Makes a room, opens it, and gives its key. */
  async makeRoom(name: string): Promise<string> {
    await this.click("link", "New chat");
    await this.page.getByLabel("Name of the room").fill(name);
    await this.page.getByRole("button", { name: "Make room" }).click();
    const key = this.page.getByTestId("room-key");
    await expect(key).toBeVisible();
    const text = (await key.innerText()).replaceAll(/\s+/g, "");
    await this.page.getByRole("link", { name: "Open the chat" }).click();
    await expect(this.page.getByRole("heading", { name })).toBeVisible();
    return text;
  }

  /** Joins with a key from the chat list. */
  async join(key: string, name: string): Promise<void> {
    await this.click("link", /^Join/);
    await this.page.getByLabel("Room key or invite link").fill(key);
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(this.page.getByRole("heading", { name })).toBeVisible();
  }

  /** Opens a room from the chat list. */
  async open(name: string): Promise<void> {
    await this.page.getByRole("link", { name: new RegExp(name) }).click();
    await expect(this.page.getByRole("heading", { name })).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
    await expect(this.composer).toHaveValue("");
  }

  /** Says something and waits until the server has it. */
  async getAcross(text: string): Promise<void> {
    await this.say(text);
    await expect(this.message(text)).toHaveAttribute("data-state", "sent");
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  get messages(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  message(text: string): Locator {
    return this.messages.getByRole("listitem").filter({ hasText: text });
  }

  /** Clicks whichever of several equal ones is on the screen: the wide and the narrow page show different ones. */
  async click(role: "link" | "button", name: string | RegExp): Promise<void> {
    await this.page.getByRole(role, { name }).filter({ visible: true }).first().click();
  }
}
