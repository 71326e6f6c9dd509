// Takes a picture of every page, wide and narrow, light and dark, for people to look at: see docs/ARCHITECTURE.md.

import { defineConfig, devices } from "@playwright/test";
import config from "./playwright.config.ts";

export default defineConfig({
  ...config,
  testDir: "pictures",
  workers: 1,
  timeout: 180_000,
  projects: (["light", "dark"] as const).flatMap((colorScheme) => [
    { name: `wide-${colorScheme}`, use: { viewport: { width: 1280, height: 800 }, colorScheme } },
    { name: `narrow-${colorScheme}`, use: { ...devices["Pixel 7"], colorScheme } },
  ]),
});
