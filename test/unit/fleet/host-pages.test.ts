import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import type { PageQuestion } from "../../../src/fleet/page-wire.ts";
import { HostPages, type PageAsker } from "../../../src/fleet/service/host-pages.ts";
import { encode } from "../../../src/fleet/wire.ts";
import { packed } from "../../../src/fleet/wish-wire.ts";
import { hostState } from "../../support/fleet.ts";
import { pageAsker } from "../../support/host-pages.ts";

const GUESTS: PageQuestion = { path: "/v1/guests", query: "" };

/** The pages of two hosts, who said how they stand 45 s ago. */
function pagesOf(ask: PageAsker): HostPages {
  const view = new FleetView(() => 0);
  for (const host of ["h1", "h2"]) view.takeKey(host, "state", encode<"state">(hostState(host)), 0);
  view.noteTime(45_000);
  return new HostPages(view, ask);
}

const saying = (body: unknown) =>
  pagesOf(async () => gzipSync(JSON.stringify({ v: 1, host: "h1", is: "shown", body })));

describe("the pages of a fleet's hosts", () => {
  it("are what the hosts answer", async () => {
    expect(await pagesOf(pageAsker()).read("h1", GUESTS)).toMatchObject({ guests: [{ guest: "web" }] });
  });

  it("are asked of hosts of the fleet alone, and briefly", async () => {
    const pages = pagesOf(async () => Promise.reject(new Error("it was asked")));
    await expect(pages.read("h3", GUESTS)).rejects.toMatchObject({ code: "ERR_HOST_ABSENT" });
    const long = { path: "/v1/guests", query: "x".repeat(257) };
    await expect(pages.read("h1", long)).rejects.toMatchObject({ code: "ERR_ROUTE_UNKNOWN" });
  });

  it("say of a host that is away when it was heard last", async () => {
    await expect(pagesOf(async () => "it is not there").read("h1", GUESTS)).rejects.toThrow(
      "h1 must answer within 6 s over NATS, but it is not there; it last said how it stands 45 s ago, and nothing newer is known",
    );
  });

  it("say of a host whose version has no such page that it is so", async () => {
    const old = packed({ is: "refused", problem: "which?", freeMib: null, couldMib: null });
    await expect(pagesOf(async () => old).read("h1", GUESTS)).rejects.toMatchObject({ code: "ERR_HOST_OLD" });
  });

  it("say why a host shows nothing", async () => {
    await expect(
      pagesOf(pageAsker()).read("h1", { path: "/v1/guests/web/settings", query: "" }),
    ).resolves.toBeDefined();
    const unknown = { path: "/v1/guests/mail/settings", query: "" };
    await expect(pagesOf(pageAsker()).read("h1", unknown)).rejects.toMatchObject({
      code: "ERR_HOST_REFUSED",
      message: expect.stringContaining("mail"),
    });
  });

  it.each([
    ["no guests", {}],
    ["a guest without a name", { guests: [{ guest: 1 }] }],
    ["something else", "<script>"],
  ])("show nothing of %s", async (_, body) => {
    await expect(saying(body).read("h1", GUESTS)).rejects.toMatchObject({ code: "ERR_HOST_ANSWER" });
  });

  it("show nothing of what a host says for another", async () => {
    const pages = saying({ guests: [] });
    expect(await pages.read("h1", GUESTS)).toEqual({ guests: [] });
    await expect(pages.read("h2", GUESTS)).rejects.toMatchObject({ code: "ERR_HOST_ANSWER" });
  });

  it("are asked once for all who want the same meanwhile, and again later", async () => {
    let asked = 0;
    const ask = pageAsker();
    const pages = pagesOf((...question) => {
      asked += 1;
      return ask(...question);
    });
    await Promise.all([pages.read("h1", GUESTS), pages.read("h1", GUESTS), pages.read("h2", GUESTS)]);
    expect(asked).toBe(2);
    await pages.read("h1", GUESTS);
    expect(asked).toBe(3);
  });

  it("wait for so many questions to one host at a time, which keeps nobody from the others", async () => {
    const ends: ((said: string) => void)[] = [];
    const pages = pagesOf(() => new Promise((resolve) => ends.push(resolve)));
    const ask = (host: string, nth: number) =>
      pages.read(host, { path: "/v1/records", query: `after=${nth}` }).catch((thrown: { code: string }) => thrown.code);
    const held = Array.from({ length: 16 }, (_, nth) => ask("h1", nth));
    expect(await ask("h1", 16)).toBe("ERR_TOO_MANY");
    const other = ask("h2", 0);
    for (const end of ends) end("it did not");
    expect(await Promise.all([...held, other])).toEqual(Array(17).fill("ERR_HOST_SILENT"));
    const again = ask("h1", 17);
    ends.at(-1)?.("it did not");
    expect(await again).toBe("ERR_HOST_SILENT");
  });
});
