import { describe, expect, it, onTestFinished } from "vitest";
import { ScriptedControl } from "../support/control.ts";
import { guestStatus, stepRecord } from "../support/guest-records.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { browserGate, openPage } from "./support/chromium.ts";
import { serveScripted } from "./support/scripted.ts";

const GUESTS = 1000;

const nameOf = (nth: number): string => `guest-${String(nth).padStart(4, "0")}`;

/** A daemon of a thousand guests, each of which steps once a second. */
async function serveMany() {
  const control = new ScriptedControl();
  const names = Array.from({ length: GUESTS }, (_, nth) => nameOf(nth));
  for (const name of names) control.statuses.set(name, guestStatus(name));
  const server = await serveScripted(control);
  let t = 0;
  const timer = setInterval(() => {
    t += 0.1;
    for (let count = 0; count < GUESTS / 10; count += 1) {
      const nth = (Math.round(t * 10) * (GUESTS / 10) + count) % GUESTS;
      control.journal.add(
        stepRecord(nameOf(nth), { t, totalramPages: 100_000 + ((nth + Math.round(t)) % 100) * 1000 }),
      );
    }
  }, 100);
  onTestFinished(() => clearInterval(timer));
  return server;
}

describe.skipIf(browserGate().skip)("the page of a thousand guests", () => {
  it("draws only the rows in view, and finds any guest by filter, sorting and scrolling", async () => {
    const { url } = await serveMany();
    const { page, complaints } = await openPage(url);
    await page.getByText(`${GUESTS} shown`).waitFor();
    expect(await page.getByRole("row").count()).toBeLessThan(60);
    await page.locator(".scroll").evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await page.getByRole("link", { name: nameOf(GUESTS - 1) }).waitFor();
    expect(await page.getByRole("row").count()).toBeLessThan(60);
    await page.getByLabel("Filter").fill("0777");
    await page.getByText(`1 of ${GUESTS} shown`).waitFor();
    await page.getByRole("link", { name: nameOf(777) }).waitFor();
    await page.getByLabel("Filter").fill("nobody");
    await page.getByText("No guest matches.").waitFor();
    await page.getByLabel("Filter").fill("");
    await page.locator(".scroll").evaluate((box) => box.scrollTo(0, 0));
    for (let clicks = 0; clicks < 2; clicks += 1) await page.getByRole("button", { name: "Guest" }).click();
    expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("link", { name: nameOf(GUESTS - 1) }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("keeps up with a thousand steps a second", async () => {
    const { url } = await serveMany();
    const { page } = await openPage(`${url}#/guests/${nameOf(5)}`);
    const steps = page.locator(".facts div", { hasText: "Steps" }).locator("dd");
    // The page follows as long as the steps that it shows grow with those that are taken.
    await expect.poll(async () => Number(await steps.textContent()), { timeout: PATIENCE_MS }).toBeGreaterThan(4);
    expect(await page.locator(".link").textContent()).toBe("live");
  });

  it("has no column cut off on a telephone, and tells long names apart", async () => {
    const control = new ScriptedControl();
    const names = Array.from({ length: 240 }, (_, nth) => `customer-web-${nth}.lan`);
    for (const name of names) control.statuses.set(name, guestStatus(name, { availablePages: 100_000 }));
    control.statuses.set("z-starved", { ...guestStatus("z-starved", { availablePages: 0 }), paused: true });
    const { page } = await openPage((await serveScripted(control)).url, { viewport: { width: 390, height: 844 } });
    await page.getByText("241 shown").waitFor();
    const [visible, all] = await page.locator(".scroll").evaluate((box) => [box.clientWidth, box.scrollWidth]);
    expect(all).toBe(visible);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    // Of a name nothing is left out that has room in two lines, and no row is higher for it.
    const link = page.getByRole("link", { name: "customer-web-12.lan", exact: true });
    expect(await link.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBeLessThanOrEqual(1);
    const heights = await page
      .locator("tbody tr:not(.spacer)")
      .evaluateAll((rows) => rows.map((row) => row.clientHeight));
    expect(Math.max(...heights)).toBeLessThanOrEqual(45);
  });
});
