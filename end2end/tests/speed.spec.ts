// From pressing Send to the text on the other screen. Printed, never asserted: a busy machine is no fault of the code.

import { Person } from "../harness/person.ts";
import { expect, test } from "../harness/test.ts";

const ROUNDS = 40;

test("send to screen", async ({ page, openBrowser }) => {
  const ana = await Person.signUp(page, "ana");
  const key = await ana.makeRoom("Track");
  const ben = await Person.signUp(await (await openBrowser()).newPage(), "ben");
  await ben.join(key, "Track");
  await ana.getAcross("ready");
  await expect(ben.message("ready")).toBeVisible();

  // Both pages run on one machine and so on one clock. The receiving page notes when its log got the text.
  await ben.page.evaluate(() => {
    const seen = ((window as never as { seen: Record<string, number> }).seen = {} as Record<string, number>);
    new MutationObserver(() => {
      for (const item of document.querySelectorAll("[role=log] .message-text")) {
        const text = item.textContent ?? "";
        if (text.startsWith("lap ") && !(text in seen)) seen[text] = performance.timeOrigin + performance.now();
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const times: number[] = [];
  for (let lap = 0; lap < ROUNDS; lap++) {
    const text = `lap ${lap}`;
    await ana.composer.fill(text);
    const sent = await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>("button[aria-label=Send]");
      const now = performance.timeOrigin + performance.now();
      button?.click();
      return now;
    });
    const read = () => ben.page.evaluate((text) => (window as never as { seen: Record<string, number> }).seen[text], text);
    await expect.poll(read).toBeTruthy();
    times.push((await read())! - sent);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]!.toFixed(1);
  console.log(`send to screen, ${ROUNDS} messages: median ${at(0.5)} ms, 10 % ${at(0.1)} ms, 90 % ${at(0.9)} ms, worst ${at(1)} ms`);
});
