import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { FleetView } from "../../src/fleet/fleet-view.ts";
import { beginRollout } from "../../src/fleet/rollout.ts";
import type { Scope } from "../../src/fleet/scope.ts";
import { encode } from "../../src/fleet/wire.ts";
import { hostState } from "../support/fleet.ts";
import { MemoryBoard } from "../support/memory-board.ts";
import { temporaryFolder } from "../support/trees.ts";
import { browserGate, openPage } from "./support/chromium.ts";
import { serveView } from "./support/fleet.ts";

const SERVER_MS = 1_700_000_000_000;
const RACK: Scope = { kind: "label", name: "rack", value: "a1" };
const HOUR_MS = 3_600_000;

/** Three hosts that have taken what is set, of which one refuses a part of it, and one that has not told so for a minute. */
function hosts(): FleetView {
  const view = new FleetView(() => performance.now());
  view.noteTime(SERVER_MS);
  const trouble = { upS: 100, oomKills: 0, emergencies: 0 };
  const taken = { all: 9, "label.rack.a1": 9 };
  const problem = "guests have settings of their own only on a host";
  const refused = [{ scope: "rack=a1", guest: "database-*", name: "min_mb", problem }];
  const tell = (host: string, more: typeof refused, atMs: number): void => {
    const settings = { taken, refused: more, refusedInAll: more.length };
    const state = hostState(host, { labels: { rack: "a1" }, leaseS: 3600, settings, trouble });
    view.takeKey(host, "state", encode<"state">(state), atMs);
  };
  tell("h1", [], SERVER_MS);
  tell("h2", refused, SERVER_MS);
  tell("h3", [], SERVER_MS - 2 * HOUR_MS);
  return view;
}

/** What is set for them: for a rack, of which one change is rolled out, and nothing for all. */
async function boardOf(view: FleetView): Promise<MemoryBoard> {
  const board = new MemoryBoard();
  const values = { guard_emergency_mb: "24" };
  const begun = { id: "0a1b2c3d", guest: null, values, hosts: ["h1"], watchMs: HOUR_MS };
  const start = { scope: RACK, hosts: view.list(), nowMs: view.serverMs() };
  await board.edit(RACK, () =>
    beginRollout(
      {
        settings: { selfballoon_min_usable_mb: "256", guard_headroom_mb: "80" },
        guests: { "database-*": { min_mb: "2048" } },
      },
      begun,
      start,
    ),
  );
  return board;
}

async function settingsPage(options: Parameters<typeof openPage>[1] = {}) {
  const view = hosts();
  const board = await boardOf(view);
  const tokenFile = join(temporaryFolder(), "token");
  const url = await serveView(view, tokenFile, { board, readsNeedToken: false });
  const opened = await openPage(`${url}#/settings`, options);
  return { ...opened, url, board, token: readFileSync(tokenFile, "utf8").trim() };
}

async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    if (label === "Setting") await page.getByRole("combobox").selectOption(value);
    else await page.getByLabel(label, { exact: true }).fill(value);
  }
  await page.getByRole("button", { name: "Whom would it meet?" }).click();
}

describe.skipIf(browserGate().skip)("what is set for many, on the page of a fleet", () => {
  it.each([
    [1440, "dark"],
    [1440, "light"],
    [390, "dark"],
    [390, "light"],
  ] as const)("fits a window of %i pixels, %s, and complains of nothing", async (width, colorScheme) => {
    const { page, complaints } = await settingsPage({ viewport: { width, height: 844 }, colorScheme });
    await page.getByText("h1 has it; the others in").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(complaints).toEqual([]);
  });

  it("says whom each setting is for, how many have it, who refuses what, and how a roll-out stands", async () => {
    const { page } = await settingsPage();
    await page.getByRole("row", { name: /^rack=a1 guard_headroom_mb 80 2 of 3/ }).waitFor();
    await page.getByRole("row", { name: /^rack=a1 min_mb guests database-\* 2048 1 of 3/ }).waitFor();
    await page.getByText("Of rack=a1: h3 is stale.").waitFor();
    await page
      .getByRole("listitem")
      .filter({ hasText: /h2\s*min_mb of rack=a1, guests database-\*guests have/ })
      .waitFor();
    const rollout = page.getByRole("listitem").filter({ hasText: /under way guard_emergency_mb=24 for rack=a1/ });
    await rollout.getByText(/^h1 has it; the others in \d+ s\.$/).waitFor();
    await rollout.getByRole("progressbar", { name: "Watched for rack=a1" }).waitFor();
    expect(await page.getByRole("link", { name: "Settings" }).textContent()).toBe("Settings2");
  });

  it("sets nothing before it is said whom a risky value meets, the token is shown and it is meant", async () => {
    const { page, board, token } = await settingsPage();
    // Whoever types a value only has chosen nothing.
    await page.getByLabel("Value", { exact: true }).fill("0");
    expect(await page.getByRole("button", { name: "Whom would it meet?" }).isDisabled()).toBe(true);
    await fillIn(page, { Setting: "guard", Value: "0" });
    const dialog = page.getByRole("dialog", { name: "A token is needed to change anything" });
    await dialog.getByLabel("Token").fill(token);
    await dialog.getByRole("button", { name: "Use it" }).click();
    const question = page.getByRole("alertdialog", { name: "guard=0 for all?" });
    await question.getByText("guard=0 for all: it is for 3 hosts, at once.").waitFor();
    await question.getByText(/^guard=0: Without the guard/).waitFor();
    expect(board.list()).toHaveLength(1);
    await question.getByRole("button", { name: "Do it all the same" }).click();
    await page.getByText("guard=0 for all: done.").waitFor();
    await page.getByRole("row", { name: /^all guard 0 2 of 3/ }).waitFor();
    await page.getByRole("button", { name: "Unset guard for all" }).click();
    await page.getByRole("button", { name: "Do it", exact: true }).click();
    await page.getByText("Unset guard for all: done.").waitFor();
    expect(board.list()[1]?.document.settings).toEqual({});
  });

  it("rolls a change out, takes one back, and says why one is refused", async () => {
    const { page, board, url, token } = await settingsPage();
    await page.goto(`${url}#token=${token}`);
    await page.reload();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.getByText("For rack=a1 nothing is on its way any more; what all hosts have stays set.").waitFor();
    expect(board.list()[0]?.document.rollout).toBeUndefined();
    await fillIn(page, { For: "host h1", Guests: "db*", Setting: "max_mb", "Value (MiB)": "much" });
    await page.getByText(/^max_mb must be .* not "much"; nothing was changed$/).waitFor();
    await fillIn(page, { "Value (MiB)": "4096", "Hosts that have it first": "1", "Watched for (minutes)": "30" });
    await page
      .getByText("max_mb=4096 for host h1, guests db*: it is for 1 host, 1 of them first, watched for 30 minutes.")
      .waitFor();
    await page.getByRole("button", { name: "Do it", exact: true }).click();
    await page.getByText("max_mb=4096 for host h1, guests db*: on h1 first.").waitFor();
    expect(board.list()[1]?.document.rollout).toMatchObject({ hosts: ["h1"], watchMs: 1_800_000 });
  });

  it("takes away what can't be used only as long as it is what was shown", async () => {
    const { page, board, url, token } = await settingsPage();
    board.spoil({ kind: "all" }, "it is no JSON");
    await page.goto(`${url}#token=${token}`);
    await page.reload();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Unset all for all" }).click();
    await page.getByText("Unset all for all: it is for 3 hosts, at once.").waitFor();
    await board.edit({ kind: "all" }, () => ({ settings: { guard: "1" }, guests: {} }));
    await page.getByRole("button", { name: "Do it", exact: true }).click();
    await page
      .getByText(/^what is set for all must be what was shown, revision 1, but somebody has changed it/)
      .waitFor();
    expect(board.list()[1]?.document.settings).toEqual({ guard: "1" });
  });

  it("are read where they are shown alone, and sent again only where they changed", async () => {
    const { page, board, url } = await settingsPage();
    await board.edit(RACK, () => ({ settings: { guard: "1" }, guests: {} }));
    await page.getByRole("row", { name: /^rack=a1 guard 1/ }).waitFor();
    const unchanged = (): Promise<unknown> => page.waitForResponse((answer) => answer.status() === 304);
    await unchanged();
    await unchanged();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${url}#/`);
    await page.getByRole("row", { name: /^h2 a1/ }).waitFor();
    expect(await page.getByRole("link", { name: "Settings" }).textContent()).toBe("Settings1");
    asked.length = 0;
    for (let times = 0; times < 2; times += 1)
      await page.waitForResponse((answer) => new URL(answer.url()).pathname === "/v1/fleet");
    expect(asked).not.toContain("/v1/fleet/settings");
  });

  it("says where nothing can be changed, and offers nothing", async () => {
    const view = hosts();
    const url = await serveView(view, null, { board: await boardOf(view) });
    const { page } = await openPage(`${url}#/settings`);
    await page.getByText(/^Nothing can be changed here/).waitFor();
    await page.getByRole("row", { name: /^rack=a1 guard_headroom_mb 80/ }).waitFor();
    expect(await page.getByRole("button").count()).toBe(0);
  });
});
