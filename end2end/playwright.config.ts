import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "./find-chromium.mjs";
import { SHARED_URL } from "./harness/shared-server.ts";

const executablePath = findChromium();

// Nothing but the pages under test may cause traffic.
const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
// Containers and build machines have neither a sandbox for root nor a graphics card.
const contained = ["--no-sandbox", "--disable-gpu", "--disable-quic"];

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  globalSetup: "./harness/shared-server.ts",
  fullyParallel: true,
  // Each test has browsers and sometimes a server of its own; the machines have few cores.
  workers: 2,
  // Patience, not a bound on speed: a busy machine with two cores runs up to six browsers here.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"], ["html", { open: "never", outputFolder: "playwright-report" }]],
  use: {
    baseURL: SHARED_URL,
    // Without a film of each test: taking it costs more than the test.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    launchOptions: { executablePath, args: [...quiet, ...contained] },
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 800 } } },
    { name: "phone", use: { ...devices["Pixel 7"] } },
  ],
});
