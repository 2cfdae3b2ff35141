import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { FleetView } from "../../src/fleet/fleet-view.ts";
import type { PageAsker } from "../../src/fleet/service/host-pages.ts";
import { encode, pack } from "../../src/fleet/wire.ts";
import { hostState, row } from "../support/fleet.ts";
import { askHttp } from "../support/http.ts";
import { member } from "../support/members.ts";
import { natsGate, startNats } from "../support/nats.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { until } from "../support/until.ts";
import { browserGate, openPage } from "./support/chromium.ts";
import { serveView } from "./support/fleet.ts";

/** Each row of a host's table of guests by its name. */
const guestsOn = (page: Page): Promise<readonly string[]> =>
  page.getByRole("region", { name: "Table of guests" }).locator("tbody th a").allTextContents();

/** A home of a member whose three guests share memory. */
const sharing = (name: string, nats: string) =>
  member(name, [nats], "", "[host]\nmemory_mb = 16384\n[simulated]\nguests = 3\n");

/** Page through a fleet of one host, of which the fleet knows one guest. */
async function openHost(asker: PageAsker) {
  const view = new FleetView(() => performance.now());
  view.noteTime(60_000);
  view.takeKey("h1", "guests", encode<"guests">({ host: "h1", at: 0, rows: [pack(row("web"))] }), 0);
  view.takeKey("h1", "state", encode<"state">(hostState("h1")), 0);
  const url = await serveView(view, null, { pageAsker: asker });
  return openPage(`${url}hosts/h1/`);
}

describe.skipIf(browserGate().skip || natsGate().skip)("a host's page in its fleet's", () => {
  it("is followed to from the table, and shows what the host's own page shows, live, with nothing to change", async () => {
    const { url: nats } = await startNats();
    const [home, other] = [sharing("h1", nats), sharing("h2", nats)];
    await home.succeed("fleet", "prepare");
    const daemon = await home.daemon("--listen", "127.0.0.1:0");
    await other.daemon();
    const [, own = ""] = await daemon.says("stdout", /(http:\/\/127\S+?\/)/);
    const service = home.start("fleet", "serve", "--listen", "127.0.0.1:0");
    const [, url = ""] = await service.says("stdout", /^Fleet: (\S+)$/m);
    const { page, complaints } = await openPage(url);
    await page.getByRole("region", { name: "Table of hosts" }).getByRole("link", { name: "h1" }).click();
    await page.getByText("h1 as it says itself, through its fleet: nothing can be changed here.").waitFor();
    await page.getByText("live", { exact: true }).waitFor();

    const { guests } = JSON.parse((await askHttp(`${own}v1/guests`)).text) as { guests: readonly { guest: string }[] };
    const names = guests.map(({ guest }) => guest).sort();
    expect(names).toHaveLength(3);
    await expect.poll(async () => (await guestsOn(page)).toSorted(), { timeout: PATIENCE_MS }).toEqual(names);

    await page.getByRole("link", { name: names[0] ?? "", exact: true }).click();
    await page.getByRole("heading", { name: /^Why / }).waitFor();
    await page.locator(".chart canvas").first().waitFor();
    await page.locator("table.decisions tbody tr").first().waitFor();
    await page.getByRole("heading", { name: "Settings of this guest" }).waitFor();
    expect(await page.getByRole("textbox", { name: "weight" }).isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: /Pause|Release|Resume|Withdraw/ }).count()).toBe(0);
    await page.getByRole("link", { name: "Tunables" }).click();
    await page.getByRole("heading", { name: "Tunables" }).waitFor();
    expect(await page.getByLabel("guard_headroom_mb", { exact: true }).isDisabled()).toBe(true);
    await page.getByRole("link", { name: "Events" }).click();
    await page.locator("ol.events li").first().waitFor();
    expect(complaints).toEqual([]);

    daemon.kill("SIGKILL");
    await daemon.ended();
    await page
      .getByText(/what you see is old \(h1 must answer .* it is not there; it last said how it stands \d+ s ago/)
      .waitFor();
    await page.goto(`${url}hosts/h1/`);
    await page.getByRole("heading", { name: /^What h1 said last, \d+ s ago/ }).waitFor();
    await until("its guests as they were", async () =>
      (await page.getByRole("row", { name: new RegExp(`^${names[0]} h1 `) }).count()) === 1 ? true : null,
    );
    await page.goto(`${url}hosts/h2/`);
    await page.getByText("live", { exact: true }).waitFor();
  });
});

describe.skipIf(browserGate().skip)("the page of a host that can't be read through its fleet", () => {
  it.each([
    ["is away", "it is not there", /h1 must answer within 6 s over NATS, but it is not there; it last said/],
    ["answers nonsense", Buffer.from("<script>alert(1)</script>"), /what h1 answers must be what its page shows, but/],
    [
      "is of an older version",
      Buffer.from('{"is":"refused","problem":"which?","freeMib":null,"couldMib":null}'),
      /the version of selfballoon on h1 can't show its page through the fleet/,
    ],
  ])("says so where it %s, and what the fleet heard last", async (_, said, problem) => {
    const { page, complaints } = await openHost(async () => said);
    await page.getByText(problem).waitFor();
    await page.getByRole("heading", { name: /^What h1 said last, 6\d s ago \(stale\)$/ }).waitFor();
    await page.getByRole("row", { name: /^web h1 well \(stale\)/ }).waitFor();
    expect(complaints.filter((one) => !/status of 50/.test(one))).toEqual([]);
  });
});
