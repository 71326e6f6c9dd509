// `test` for every spec: Playwright's, with each browser context under watch.

import { type BrowserContext, type BrowserContextOptions, test as base } from "@playwright/test";
import { TestServer } from "./server.ts";
import { Watch } from "./watch.ts";

interface Fixtures {
  watch: Watch;
  /** Another browser, with nothing shared: a second person, or a second device of the same. */
  openBrowser: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A server of this test's own, for tests that stop it or look into what it keeps. */
  ownServer: TestServer;
}

export const test = base.extend<Fixtures>({
  watch: [
    async ({}, use) => {
      const watch = new Watch();
      await use(watch);
      watch.finish();
    },
    { auto: true },
  ],
  context: async ({ context, watch, baseURL }, use) => {
    watch.attach(context, baseURL ?? "");
    await use(context);
  },
  openBrowser: async ({ browser, watch, baseURL, viewport, isMobile, hasTouch, userAgent }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL, viewport, isMobile, hasTouch, userAgent, ...options });
      watch.attach(context, options.baseURL ?? baseURL ?? "");
      opened.push(context);
      return context;
    });
    await Promise.all(opened.map((context) => context.close()));
  },
  ownServer: async ({}, use) => {
    const server = await TestServer.start();
    await use(server);
    await server.dispose();
  },
});

export { expect } from "@playwright/test";
