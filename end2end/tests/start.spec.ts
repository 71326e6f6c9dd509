import { expect, test } from "../harness/test.ts";

test("the home page starts and then moves on without loading anew", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  await page.getByRole("link", { name: "Log in" }).first().click();
  await expect(page).toHaveURL("/login");
  expect(await page.evaluate(() => "isSamePage" in globalThis)).toBe(true);
});

test("an address that leads nowhere says so, with the right status", async ({ page, watch }) => {
  watch.expect(/404/);
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/not found|doesn.t exist|nothing here/i);
});

test("a browser without JavaScript is told what is missing", async ({ openBrowser, watch }) => {
  watch.expect(/preload/);
  const context = await openBrowser({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/login");
  // By its element: Playwright's search for text passes over <noscript>.
  await expect(page.locator("noscript p")).toBeVisible();
});

test("a browser without WebAssembly is told what is missing", async ({ page, watch }) => {
  watch.expect(/WebAssembly is missing/);
  watch.expect(/preload/);
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "WebAssembly"));
  await page.goto("/");
  await expect(page.getByRole("alert").filter({ hasText: "needs WebAssembly" })).toBeVisible();
});

test("a page whose code cannot be fetched says so", async ({ page, watch }) => {
  watch.expect(/securechat\.wasm|Failed to fetch/);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/");
  await expect(page.getByRole("alert").filter({ hasText: "could not start" })).toBeVisible();
});

test("markup that could run is refused by the page itself", async ({ page, watch }) => {
  watch.expect(/TrustedHTML|TrustedScript/);
  await page.goto("/");
  const refused = await page.evaluate(() => {
    const attempts = ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<iframe srcdoc=x></iframe>"];
    return attempts.map((markup) => {
      try {
        document.createElement("div").innerHTML = markup;
        return "taken";
      } catch (error) {
        return (error as Error).name;
      }
    });
  });
  expect(refused).toEqual(["TypeError", "TypeError", "TypeError"]);
});
