// What a test must not overlook: errors in the page, messages on the console (refusals by the security policy among them),
// and requests that leave for anywhere else.

import { type BrowserContext, type ConsoleMessage, expect } from "@playwright/test";

export class Watch {
  private readonly troubles: string[] = [];
  private readonly expected: RegExp[] = [];

  /** Watches all pages and workers of a browser context. */
  attach(context: BrowserContext, origin: string): void {
    context.on("weberror", (error) => this.note(`page error: ${error.error().stack ?? error.error().message}`));
    context.on("console", (message) => this.noteMessage(message));
    context.on("request", (request) => {
      const url = new URL(request.url());
      const isOurs = url.origin === origin.replace(/\/$/, "") || ["blob:", "data:"].includes(url.protocol);
      if (!isOurs) this.note(`request to another origin: ${url.href}`);
    });
  }

  /** Says that a trouble with this text belongs to what the test does, such as the console's line about a 401. */
  expect(trouble: RegExp): void {
    this.expected.push(trouble);
  }

  /** Fails if there was anything else. */
  finish(): void {
    const unexpected = this.troubles.filter((trouble) => !this.expected.some((pattern) => pattern.test(trouble)));
    expect(unexpected, "errors, console messages and foreign requests").toEqual([]);
  }

  private noteMessage(message: ConsoleMessage): void {
    if (["error", "warning", "assert"].includes(message.type())) {
      this.note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  }

  private note(trouble: string): void {
    this.troubles.push(trouble);
  }
}
