import { expect, test } from "../harness/test.ts";

const PAGES = ["/", "/signup", "/login", "/recover", "/welcome", "/join", "/chats", "/chats/new", "/profile", "/room/_"];
const TYPED = "typed-before-the-app-ran";

test("what is typed before the app runs reaches no server", async ({ openBrowser, watch }) => {
  watch.expect(/preload/);
  watch.expect(/form-action/);
  const context = await openBrowser({ javaScriptEnabled: false });
  // Fields wait disabled for the app. Here they are enabled, as an extension might do it: the rest must hold alone.
  await context.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document") return route.continue();
    const response = await route.fetch();
    const html = (await response.text()).replaceAll(/\sdisabled(="")?(?=[\s>])/g, "");
    await route.fulfill({ response, body: html });
  });
  const sent: string[] = [];
  context.on("request", (request) => sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));

  const page = await context.newPage();
  let filled = 0;
  for (const path of PAGES) {
    await page.goto(path);
    const forms = await page.locator("form").count();
    for (let form = 0; form < forms; form++) {
      await page.goto(path);
      const fields = page.locator("form").nth(form).locator("input, textarea");
      for (const field of await fields.all()) {
        await expect(field, `a field on ${path}`).not.toHaveAttribute("name");
        await field.fill(TYPED);
        filled++;
      }
      // Not `press` of the locator: that waits for a navigation, which the policy forbids.
      await fields.last().focus();
      await page.keyboard.press("Enter");
      const button = page.locator("form").nth(form).locator("button:not([type=button])");
      if (await button.count()) await button.first().click({ timeout: 1000 }).catch(() => undefined);
    }
  }
  expect(filled).toBeGreaterThan(3);
  expect(sent.filter((request) => request.includes(TYPED) || !request.startsWith("GET "))).toEqual([]);
});

test("fields wait for the app, and then take what is typed", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/login");
  const username = page.getByLabel("Username");
  await expect(username).toBeDisabled();
  release();
  await expect(username).toBeEnabled();
  await username.fill("alice");
  await expect(username).toHaveValue("alice");
});
