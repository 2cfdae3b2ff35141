import { describe, expect, it } from "vitest";
import type { GuestStatus } from "../../src/core/control.ts";
import { selfballoonError } from "../../src/core/errors.ts";
import { problemFrom } from "../../src/daemon/fault.ts";
import { ScriptedControl } from "../support/control.ts";
import { guestStatus } from "../support/guest-records.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { browserGate, openPage } from "./support/chromium.ts";
import { serveScripted } from "./support/scripted.ts";

const PLENTY = { availablePages: 100_000 };

/** Two guests that are well, and one of each other standing, with names that sort the other way. */
function control(): ScriptedControl {
  const made = new ScriptedControl();
  const put = (name: string, availablePages = PLENTY.availablePages, changes: Partial<GuestStatus> = {}) =>
    made.statuses.set(name, { ...guestStatus(name, { availablePages }), ...changes });
  put("a-calm");
  put("b-calm");
  put("p-paused", PLENTY.availablePages, { paused: true });
  put("q-lost", PLENTY.availablePages, {
    problem: problemFrom(selfballoonError("ERR_SOCKET", { path: "/q", problem: "gone" })),
  });
  put("z-starved", 0, { paused: true });
  return made;
}

describe.skipIf(browserGate().skip)("a guest that is not managed", () => {
  it("offers nothing to pause or release, until somebody has paused it all the same", async () => {
    const made = control();
    const status = guestStatus("stranger");
    const decision = status.decision === null ? null : { ...status.decision, reason: "unmanaged" as const };
    made.statuses.set("stranger", { ...status, decision });
    const { url } = await serveScripted(made);
    const { page } = await openPage(`${url}#/guests/a-calm`);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.goto(`${url}#/guests/stranger`);
    await page.getByRole("heading", { name: /^stranger/ }).waitFor();
    expect(await page.getByRole("button", { name: /Pause|Release/ }).count()).toBe(0);
    made.statuses.set("stranger", { ...status, decision, paused: true });
    await page.reload();
    await page.getByRole("button", { name: "Resume" }).waitFor();
  });
});

describe.skipIf(browserGate().skip)("who is short", () => {
  it("is said on top, leads to those guests, and they come first", async () => {
    const { url } = await serveScripted(control());
    const { page, complaints } = await openPage(url);
    await page.getByText("1 guest is short").waitFor();
    expect(await page.locator(".standing").textContent()).toBe("1 guest is short, 1 held, 1 unreadable");
    const names = () => page.locator("tbody th").allTextContents();
    // The rows in view are known once the table was measured.
    await expect.poll(names, { timeout: PATIENCE_MS }).toEqual(["z-starved", "q-lost", "p-paused", "a-calm", "b-calm"]);
    await page.getByRole("link", { name: "1 unreadable" }).click();
    await page.getByText("1 of 5 shown").waitFor();
    expect(await names()).toEqual(["q-lost"]);
    await page.goBack();
    await page.getByText("5 shown").waitFor();
    await page.getByRole("link", { name: "well 2" }).click();
    await page.getByText("2 of 5 shown").waitFor();
    expect(page.url()).toMatch(/#\/\?state=well$/);
    expect(complaints).toEqual([]);
  });

  it("is red, never amber, also where the guest is paused", async () => {
    const { url } = await serveScripted(control());
    const { page } = await openPage(url);
    const row = page.locator("tbody tr", { hasText: "z-starved" });
    expect(await row.locator(".chip").textContent()).toBe("paused, short");
    expect(await row.locator(".chip").getAttribute("class")).toContain("tone-alarm");
    expect(await row.locator(".below-line").textContent()).toBe("0 MiB");
    expect(await page.locator("tbody tr", { hasText: "p-paused" }).locator(".below-line").count()).toBe(0);
  });

  it("is seen on a phone, with what is available, without scrolling or moving the table aside", async () => {
    const [width, height] = [390, 844];
    const { url } = await serveScripted(control());
    const { page } = await openPage(url, { viewport: { width, height } });
    const worst = await page.locator("tbody tr", { hasText: "z-starved" }).boundingBox();
    expect((worst?.y ?? height) + (worst?.height ?? 0)).toBeLessThanOrEqual(height);
    expect(await page.locator(".legend .about:visible").count()).toBe(0); // which pushes guests out of view
    const cell = page.locator("tbody tr", { hasText: "p-paused" }).locator(".column-available");
    await cell.waitFor();
    const box = await cell.boundingBox();
    expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  });

  it("can be linked to, and an address that means nothing shows all", async () => {
    const { url } = await serveScripted(control());
    const { page, complaints } = await openPage(`${url}#/?state=short`);
    await page.getByText("1 of 5 shown").waitFor();
    await page.goto(`${url}#/?state=sleepy`);
    await page.getByText("5 shown").waitFor();
    await page.goto(`${url}#/guests/%E0%A4%A`);
    await page.getByText("There is no guest of this name now.").waitFor();
    expect(complaints).toEqual([]);
  });
});
