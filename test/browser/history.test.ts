import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { observationOf } from "../support/observations.ts";
import { browserGate, openPage } from "./support/chromium.ts";
import { startDaemon, withoutToken } from "./support/daemon.ts";

const HOUR_MS = 3_600_000;

/** A line of a guest's past, `agoMs` before now. */
function line(guest: string, agoMs: number, gib: number, gap: boolean): string {
  const pages = gib * 262_144;
  const observation = observationOf({ guest, t: 1e9 - agoMs / 1000, totalramPages: pages, balloonCurrentPages: pages });
  const decided = { goalPages: pages, floorPages: 0, targetPages: pages, reason: "at_goal", clamps: [] };
  return `${JSON.stringify({ ...observation, step: { atMs: Date.now() - agoMs, gap, moves: 0, ...decided } })}\n`;
}

/** A daemon with a past: three days ago, and the last two hours. */
async function daemonWithPast() {
  const home = new Home();
  const folder = join(home.folder, "past");
  const minutes = Array.from({ length: 120 }, (_, nth) => 120 - nth);
  const recent = minutes.map((minute, nth) => line("web", minute * 60_000, 0.5, nth === 0));
  mkdirSync(folder);
  const name = `${new Date(Date.now() - 73 * HOUR_MS).toISOString().replaceAll(/[-:]/g, "")}.jsonl`;
  writeFileSync(join(folder, name), [line("web", 72 * HOUR_MS, 0.75, true), ...recent].join(""));
  const config = join(home.folder, "c.toml");
  writeFileSync(config, `[history]\ndirectory = "${folder}"\n`);
  home.env["SELFBALLOON_CONFIG"] = config;
  return startDaemon(home);
}

const decisions = (page: Page): Promise<readonly string[]> =>
  page.locator(".decisions tbody tr td:first-child").allTextContents();

describe.skipIf(browserGate().skip)("a guest's past", () => {
  it("is chosen by its range, shown with its gaps, and says since when it is kept", async () => {
    const { url } = await daemonWithPast();
    const { page, complaints } = await openPage(`${withoutToken(url)}#/guests/web`);
    await page.locator("canvas").waitFor();
    const about = page.locator(".ranges [role=status]");
    expect(await about.textContent()).toMatch(/^What this page has seen\./);
    await page.getByLabel("All kept").check();
    await about.filter({ hasText: /^Kept since \d+ \w+ \d\d:\d\d:\d\d\./ }).waitFor();
    const all = await decisions(page);
    expect(all.at(-1)).toMatch(/^\d+ \w+ \d\d:\d\d:\d\d$/);
    await page.getByLabel("1 h", { exact: true }).check();
    await expect.poll(async () => (await decisions(page)).at(-1)).not.toBe(all.at(-1));
    await page.locator(".chart .plot").hover({ position: { x: 300, y: 100 } });
    expect(await page.locator(".chart .lines").textContent()).toContain("has 512 MiB");
    expect(complaints).toEqual([]);
  });

  it("is chosen by keyboard, and live again when it is to be", async () => {
    const { url } = await daemonWithPast();
    const { page } = await openPage(`${withoutToken(url)}#/guests/web`);
    await page.getByLabel("Live").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await page.getByLabel("24 h").isChecked()).toBe(true);
    await page.locator(".ranges [role=status]").filter({ hasText: "Kept since" }).waitFor();
    await page.getByLabel("Live").check();
    await page.getByText("What this page has seen. Drag").waitFor();
  });

  it("is looked at closer by dragging, has that time in the address, and is whole again by Back", async () => {
    const { url } = await daemonWithPast();
    const { page, complaints } = await openPage(`${withoutToken(url)}#/guests/web?range=hour`);
    expect(await page.getByLabel("1 h", { exact: true }).isChecked()).toBe(true);
    await page.locator(".ranges [role=status]").filter({ hasText: "Kept since" }).waitFor();
    await page.locator(".decisions tbody tr").first().waitFor();
    // The sum comes with the first step, above the chart: it would move that from under the pointer.
    await page.locator(".why table").waitFor();
    const chart = page.locator(".chart .u-over");
    const width = (await chart.boundingBox())?.width ?? Number.NaN;
    await chart.hover({ position: { x: width / 4, y: 50 } });
    await page.mouse.down();
    await chart.hover({ position: { x: width / 2, y: 60 } });
    await page.mouse.up();
    await page.waitForURL(/from=\d{13}&to=\d{13}$/);
    const [from = 0, to = 0] = (/from=(\d+)&to=(\d+)/.exec(page.url()) ?? []).slice(1).map(Number);
    expect((to - from) / HOUR_MS).toBeGreaterThan(0.15);
    expect((to - from) / HOUR_MS).toBeLessThan(0.35);
    await page.getByLabel(/\d\d:\d\d:\d\d to .*\d\d:\d\d:\d\d$/).waitFor();
    await page.reload();
    await page.getByLabel(/\d\d:\d\d:\d\d to .*\d\d:\d\d:\d\d$/).waitFor();
    await page.goBack();
    await expect.poll(() => page.getByLabel("1 h", { exact: true }).isChecked()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("is told without a pointer and without eyes: by keys, and as a table", async () => {
    const { url } = await daemonWithPast();
    const { page } = await openPage(`${withoutToken(url)}#/guests/web?range=day`);
    await page.locator(".ranges [role=status]").filter({ hasText: "Kept since" }).waitFor();
    const chart = page.getByRole("slider", { name: /^Chart of the guest's memory/ });
    await chart.focus();
    await page.keyboard.press("Home");
    const first = await chart.getAttribute("aria-valuetext");
    expect(first).toMatch(/^(\d+ \w+ )?\d\d:\d\d:\d\d: has 512 MiB, target 512 MiB, at goal$/);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => chart.getAttribute("aria-valuetext")).not.toBe(first);
    await page.keyboard.press("+");
    await page.waitForURL(/from=\d{13}&to=\d{13}$/);
    await page.getByText("The chart in figures").click();
    expect(await page.locator(".figures tbody tr").count()).toBeGreaterThan(1);
    expect(await page.locator(".figures tbody tr").first().textContent()).toContain("512 MiB");
  });

  it("says why there is none", async () => {
    const home = new Home();
    const config = join(home.folder, "c.toml");
    writeFileSync(config, '[history]\ndirectory = ""\n');
    home.env["SELFBALLOON_CONFIG"] = config;
    const { url } = await startDaemon(home);
    const { page, complaints } = await openPage(`${withoutToken(url)}#/guests/web`);
    await page.getByLabel("24 h").check();
    await page.getByText("The past can't be shown: no history is kept; name a directory for it").waitFor();
    await page.getByText("There is no step to show.").waitFor();
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(browserGate().skip)("the report of a recording", () => {
  it.each(["light", "dark"] as const)(
    "draws its plots and tells of each moment, in the %s scheme",
    async (colorScheme) => {
      const home = new Home();
      const file = join(home.folder, "day.jsonl");
      const out = join(home.folder, "out.html");
      writeFileSync(
        file,
        Array.from({ length: 200 }, (_, nth) => line("web", (200 - nth) * 5000, 0.5, nth === 0)).join(""),
      );
      await home.succeed("report", file, "-o", out);
      const { page, complaints } = await openPage(`file://${out}`, { colorScheme });
      expect(await page.locator("canvas").count()).toBe(2);
      expect(await page.locator(".tiles").textContent()).toContain("saved on average");
      const plot = page.locator(".plot").nth(1);
      await plot.locator(".u-over").hover();
      expect(await plot.locator(".u-legend").textContent()).toMatch(/time\d+ \w+ \d\d:\d\d:\d\d at goalhas512 MiB/);
      expect(complaints).toEqual([]);
    },
  );
});
