import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Reason } from "../../src/core/reasons.ts";
import { ScriptedControl } from "../support/control.ts";
import { faultRecord, guestStatus, stepRecord } from "../support/guest-records.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { browserGate, openPage } from "./support/chromium.ts";
import { serveScripted } from "./support/scripted.ts";

/** A control whose records are a second apart. */
function ticking(): ScriptedControl {
  let nowMs = 1_700_000_000_000;
  return new ScriptedControl(() => {
    nowMs += 1000;
    return nowMs;
  });
}

const numbered = { turn: 1, nowMs: 0 };

function decide(control: ScriptedControl, guest: string, reason: Reason): void {
  const record = stepRecord(guest);
  control.journal.add({ ...record, decision: { ...record.decision, reason } });
}

/** A guest that is calm, one that goes to and fro, one that can't be read, and a change of a tunable. */
function control(): ScriptedControl {
  const made = ticking();
  for (const guest of ["calm", "restless", "lost"]) {
    made.statuses.set(guest, guestStatus(guest));
    made.journal.add({ ...numbered, kind: "guest", guest, change: "found" });
  }
  decide(made, "calm", "at_goal");
  for (let times = 0; times < 3; times += 1) {
    decide(made, "restless", "emergency");
    decide(made, "restless", "back_off");
  }
  made.journal.add(faultRecord("lost", "nobody answers"));
  made.change({ selfballoon_interval: "7" }, true);
  return made;
}

const shown = (page: Page) => page.locator(".events > li");

describe.skipIf(browserGate().skip)("the list of events", () => {
  it("says how grave each is, and folds a guest that goes to and fro, each time to be unfolded", async () => {
    const { url } = await serveScripted(control());
    const { page, complaints } = await openPage(`${url}#/events`);
    await page.getByText("7 shown").waitFor();
    expect(await shown(page).locator(".severity").allTextContents()).toEqual([
      ...["notice", "warning", "warning", "info"],
      ...["notice", "notice", "notice"],
    ]);
    const folded = shown(page).locator("details");
    expect(await folded.locator("summary").textContent()).toMatch(
      /^6 decisions since .*, to and fro between recovering and emergency\. Last: /,
    );
    await folded.locator("summary").click();
    expect(await folded.locator("li:visible").count()).toBe(6);
    expect(await page.getByRole("link", { name: /^Events\s*2$/ }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it("is filtered by severity, guest and kind, each in the address, and Back takes the last one away", async () => {
    const { url } = await serveScripted(control());
    const { page, complaints } = await openPage(`${url}#/events`);
    await page.getByRole("link", { name: "warning or worse 2" }).click();
    await page.getByText("2 of 7 shown").waitFor();
    await page.getByRole("combobox", { name: "Guest" }).selectOption("lost");
    await page.getByText("1 of 7 shown").waitFor();
    expect(await shown(page).textContent()).toContain("nobody answers");
    expect(page.url()).toMatch(/#\/events\?guest=lost&severity=warning$/);
    await page.goBack();
    await page.getByText("2 of 7 shown").waitFor();
    await page.goto(`${url}#/events?guest=restless&kind=guest`);
    await page.getByText("1 of 7 shown").waitFor();
    expect(await page.getByRole("combobox", { name: "Kind" }).inputValue()).not.toBe("-1");
    await page.goto(`${url}#/guests/lost`);
    await page.getByRole("link", { name: "its events" }).click();
    await page.getByText("2 of 7 shown").waitFor();
    await page.goto(`${url}#/events?guest=nobody`);
    await page.getByText("No event matches.").waitFor();
    expect(complaints).toEqual([]);
  });

  it("is downloaded as JSON lines: the records that are shown, also those that are folded", async () => {
    const { url } = await serveScripted(control());
    const { page, complaints } = await openPage(`${url}#/events?guest=restless&kind=step`);
    await page.getByText("1 of 7 shown").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download", { timeout: PATIENCE_MS }),
      page.getByRole("button", { name: "Download as JSON lines" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("selfballoon-events.jsonl");
    const lines = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\n");
    const turns = [0, 1, 2].flatMap(() => [
      { kind: "step", severity: "warning", decision: { guest: "restless", reason: "emergency" } },
      { kind: "step", severity: "info", decision: { guest: "restless", reason: "back_off" } },
    ]);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(turns);
    expect(complaints).toEqual([]);
  });

  it("of 240 guests fits a telephone, draws a part, and finds any guest", async () => {
    const many = ticking();
    const names = Array.from({ length: 240 }, (_, nth) => `a-guest-with-a-long-name-${nth + 1}`);
    for (const guest of names) many.statuses.set(guest, guestStatus(guest));
    for (const reason of ["lower", "at_goal", "in_use", "hot_cache"] as const)
      for (const guest of names) decide(many, guest, reason);
    const { url } = await serveScripted(many);
    const { page, complaints } = await openPage(`${url}#/events`, { viewport: { width: 390, height: 844 } });
    await page.getByText("960 shown").waitFor();
    expect(await shown(page).count()).toBe(300);
    await page.getByText("660 older ones are not drawn").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const options = await page.getByRole("combobox", { name: "Guest" }).locator("option").allTextContents();
    expect(options.slice(0, 3)).toEqual(["all", "a-guest-with-a-long-name-1", "a-guest-with-a-long-name-2"]);
    await page.getByRole("combobox", { name: "Guest" }).selectOption("a-guest-with-a-long-name-240");
    await page.getByText("4 of 960 shown").waitFor();
    expect(complaints).toEqual([]);
  });
});
