import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { FleetView } from "../../src/fleet/fleet-view.ts";
import { encode, pack } from "../../src/fleet/wire.ts";
import { hostState, row } from "../support/fleet.ts";
import { Home } from "../support/home.ts";
import { natsGate } from "../support/nats.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { temporaryFolder } from "../support/trees.ts";
import { browserGate, opacityOf, openPage } from "./support/chromium.ts";
import { serveView } from "./support/fleet.ts";

const SERVER_MS = 1_700_000_000_000;

/** Two hosts: one that runs short, and one that has said nothing for a minute. */
function twoHosts(): FleetView {
  const view = new FleetView(() => performance.now());
  view.noteTime(SERVER_MS);
  const guests = [
    row("mail-server-of-the-whole-site", { standing: "short", goalMb: 700, reason: "emergency" }),
    row("web"),
  ];
  const table = encode<"guests">({ host: "h1", at: 0, rows: guests.map(pack) });
  view.takeKey("h1", "guests", table, SERVER_MS);
  view.takeKey(
    "h1",
    "state",
    encode<"state">(hostState("h1", { labels: { rack: "a1" }, budgetMb: 30_000 })),
    SERVER_MS,
  );
  view.takeKey("h2", "state", encode<"state">(hostState("h2")), SERVER_MS - 60_000);
  return view;
}

/** A thousand hosts of a hundred guests, of which one runs short and another is stale. */
function manyHosts(): FleetView {
  const view = new FleetView(() => performance.now());
  view.noteTime(SERVER_MS);
  for (let nth = 0; nth < 1000; nth += 1) {
    const host = `host-${nth}`;
    const rows = Array.from({ length: 100 }, (_, of) =>
      row(`guest-${of}`, of === 0 && nth === 700 ? { standing: "short" } : {}),
    );
    const state = hostState(host, { labels: { rack: `r${nth % 10}` }, leaseS: 3600 });
    view.takeKey(host, "guests", encode<"guests">({ host, at: 0, rows: rows.map(pack) }), SERVER_MS);
    view.takeKey(host, "state", encode<"state">(state), nth === 800 ? SERVER_MS - 7_200_000 : SERVER_MS);
  }
  return view;
}

const widthOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);

describe.skipIf(browserGate().skip)("the page of a fleet", () => {
  it.each([
    [1440, "dark"],
    [1440, "light"],
    [390, "dark"],
    [390, "light"],
  ] as const)("fits a window of %i pixels, %s, and complains of nothing", async (width, colorScheme) => {
    const url = await serveView(twoHosts());
    const { page, complaints } = await openPage(url, { viewport: { width, height: 844 }, colorScheme });
    await page.getByRole("row", { name: /mail-server.* h1 short/ }).waitFor();
    expect(await widthOf(page)).toBe(width);
    expect(await page.getByRole("columnheader", { name: "Seen" }).isVisible()).toBe(true);
    expect(await page.getByRole("columnheader", { name: "Budget" }).isVisible()).toBe(width > 640);
    expect(complaints).toEqual([]);
  });

  it("draws of a thousand hosts of a hundred guests those in view, the short ones first, and finds any", async () => {
    const { page, complaints } = await openPage(await serveView(manyHosts()));
    await page.getByText("1000 shown").waitFor();
    const table = page.getByRole("region", { name: "Table of hosts" });
    expect(await table.getByRole("row").nth(1).textContent()).toMatch(/^host-700 r0/);
    expect(await table.getByRole("row").nth(2).textContent()).toMatch(/^host-800 r0.*stale$/);
    expect(await table.getByRole("row").count()).toBeLessThan(60);
    const bars = page.locator(".fleet-map a");
    expect(await bars.count()).toBe(1000);
    expect(await bars.first().getAttribute("href")).toBe("/hosts/host-700/");
    expect(await bars.first().getAttribute("title")).toMatch(
      /^host-700: 100 guests have .* of .*, \d+ guests? (is|are) short/,
    );
    await table.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await table.getByRole("row", { name: /^host-999 r9/ }).waitFor();
    await page.getByRole("searchbox", { name: "Filter" }).fill("rack=r7 host-127");
    await page.getByText("1 of 1000 shown").waitFor();
    expect(await table.getByRole("row").nth(1).textContent()).toMatch(/^host-127 r7/);
    await page.getByRole("searchbox", { name: "Look for guests of all hosts" }).fill("host-999 guest-99");
    await page.getByRole("row", { name: /^guest-99 host-999 well/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("cuts no figure of a host off where a window is 1200 pixels wide", async () => {
    const { page } = await openPage(await serveView(twoHosts()), { viewport: { width: 1200, height: 800 } });
    await page.getByRole("row", { name: /h2 .* ago stale/ }).waitFor();
    const cells = page.locator(".fleet-hosts :is(thead th, tbody td)");
    const cut = await cells.evaluateAll((all) =>
      all.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
    );
    expect(cut).toEqual([]);
  });

  it("says who is short, which host is stale, and finds any guest", async () => {
    const { page } = await openPage(await serveView(twoHosts()));
    await page.getByRole("row", { name: /h2 .*\d\d s ago stale/ }).waitFor();
    expect(await page.locator(".intro").textContent()).toMatch(
      /^1 live host with 2 guests: .* saved\. 1 guest is short\. 1 stale/,
    );
    const shortOnly = page.getByRole("row", { name: /mail-server.*500 MiB 700 MiB 200 MiB emergency/ });
    await shortOnly.waitFor();
    await page.getByRole("searchbox", { name: "Look for guests" }).fill("web");
    await page.getByRole("row", { name: /^web h1 well/ }).waitFor();
    expect(await shortOnly.count()).toBe(0);
  });

  it("asks for the token before it shows a host, where reads need it", async () => {
    const tokenFile = join(temporaryFolder(), "token");
    const { page, complaints } = await openPage(await serveView(twoHosts(), tokenFile));
    const dialog = page.getByRole("dialog", { name: "A token is needed to see anything" });
    await dialog.getByLabel("Token").fill(readFileSync(tokenFile, "utf8").trim());
    expect(await page.getByRole("row").count()).toBe(0);
    await dialog.getByRole("button", { name: "Use it" }).click();
    await page
      .getByRole("row", { name: /^web h1|h2 .* stale/ })
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows a change of a guest by itself", async () => {
    const view = twoHosts();
    const { page } = await openPage(await serveView(view));
    await page.getByRole("row", { name: /mail-server.* short/ }).waitFor();
    const rows = [pack(row("mail-server-of-the-whole-site")), pack(row("web", { standing: "held", goalMb: 900 }))];
    view.takeChanges("h1", encode<"changes">({ host: "h1", at: 0, rows, gone: [] }));
    await page.getByRole("row", { name: /^web h1 held 500 MiB 900 MiB 400 MiB/ }).waitFor();
    expect(await page.locator(".intro").textContent()).toContain("1 held");
  });
});

describe.skipIf(browserGate().skip || natsGate().skip)("the page of `run --fleet`", () => {
  it("shows four hosts over a real NATS server, and says so when the service is gone", async () => {
    const trial = new Home().start("run", "--fleet", "--listen", "127.0.0.1:0");
    const [, url = ""] = await trial.says("stdout", /^Fleet: (\S+)$/m);
    const { page, complaints } = await openPage(url);
    await expect
      .poll(() => page.locator(".intro").textContent(), { timeout: PATIENCE_MS })
      .toMatch(/^4 live hosts with 35 /);
    expect(complaints).toEqual([]);
    trial.kill("SIGTERM");
    await trial.ended();
    await page.getByText("The fleet's service has not answered since").waitFor();
    expect(await opacityOf(page.locator("td").first())).toBe("0.5");
  });
});
