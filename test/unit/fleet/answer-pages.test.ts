import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { answerRequest, ROUTES } from "../../../src/api/routes.ts";
import type { HistoryPort } from "../../../src/core/history.ts";
import { PageAnswerer } from "../../../src/fleet/answer-pages.ts";
import { type PageAnswer, pageAnswerIn } from "../../../src/fleet/page-wire.ts";
import { controlOfWeb } from "../../support/host-pages.ts";

const EMPTY_HISTORY: HistoryPort = {
  read: ({ guest }) => Promise.resolve({ guest, keptFromMs: 0, complete: true, points: [] }),
};

function rig(history: HistoryPort | null = EMPTY_HISTORY) {
  const control = controlOfWeb();
  const api = createApi(control, "1.2.3", { history });
  let nowMs = 0;
  const answerer = new PageAnswerer(api, "h1", () => nowMs);
  const ask = async (path: string, query = "", maxBytes = 1_000_000): Promise<PageAnswer> =>
    pageAnswerIn("h1", await answerer.answer({ path, query }, maxBytes));
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  return { control, api, ask, wait };
}

const pathOf = ({ path }: { readonly path: string }): string => path.replace(/\{\w+\}/, "web");
const isShown = ({ isOnPage }: (typeof ROUTES)[number]): boolean => isOnPage === true;

describe("a host that is asked for its page", () => {
  it.each(ROUTES.filter(isShown).map(pathOf))("answers with what its own API says at %s", async (path) => {
    const { api, ask } = rig();
    const own = await answerRequest(api, { method: "GET", path, body: "", privileged: false });
    expect(await ask(path)).toMatchObject({ is: "shown", body: JSON.parse(JSON.stringify(own)) });
  });

  it("heeds what is asked for in the query", async () => {
    const { ask } = rig();
    expect(await ask("/v1/records", "after=0")).toMatchObject({ body: { records: [{ seq: 1 }] } });
    expect(await ask("/v1/records", "after=1")).toMatchObject({ body: { records: [] } });
  });

  it.each(ROUTES.filter((route) => !isShown(route) && route.method === "GET").map(pathOf))(
    "does not answer at %s, which no page shows",
    async (path) => {
      // A path of several parts may be another route's guest, of which there is none.
      expect(await rig().ask(path)).toMatchObject({ is: "refused" });
    },
  );

  it("changes nothing, whatever it is asked for", async () => {
    const { control, ask } = rig();
    for (const path of ["/v1/pause", "/v1/release", "/v1/resume"])
      expect(await ask(path)).toMatchObject({ is: "refused", problem: expect.stringContaining(path) });
    expect(control.releases).toBe(0);
  });

  it("says why it shows nothing", async () => {
    expect(await rig(null).ask("/v1/guests/web/history")).toMatchObject({
      is: "refused",
      problem: expect.stringMatching(/history/),
    });
    expect(await rig().ask("/v1/records", "after=x")).toMatchObject({ problem: expect.stringContaining("after") });
  });

  it("says so where the server takes no message of that length", async () => {
    expect(await rig().ask("/v1/guests", "", 100)).toEqual(
      expect.objectContaining({ is: "refused", problem: expect.stringMatching(/over NATS it may have 100$/) }),
    );
  });

  it("makes a document once for all who ask within a moment", async () => {
    const { control, ask, wait } = rig();
    let made = 0;
    const guests = control.guests.bind(control);
    control.guests = () => {
      made += 1;
      return guests();
    };
    await Promise.all([ask("/v1/guests"), ask("/v1/guests"), ask("/v1/guests")]);
    expect(made).toBe(1);
    wait(1000);
    await ask("/v1/guests");
    expect(made).toBe(2);
  });

  it("answers so many questions a second, and refuses the others until there is time again", async () => {
    const { ask, wait } = rig();
    for (let nth = 0; nth < 40; nth += 1) expect(await ask("/healthz")).toMatchObject({ is: "shown" });
    expect(await ask("/healthz")).toMatchObject({ is: "refused", problem: expect.stringContaining("20 questions a") });
    wait(1000);
    expect(await ask("/healthz")).toMatchObject({ is: "shown" });
  });

  it("refuses more than a few that are under way, and answers again once they are done", async () => {
    const ends: (() => void)[] = [];
    const slow: HistoryPort = {
      read: async (wanted) => {
        await new Promise<void>((resolve) => ends.push(resolve));
        return await EMPTY_HISTORY.read(wanted);
      },
    };
    const { ask } = rig(slow);
    const held = Array.from({ length: 8 }, () => ask("/v1/guests/web/history"));
    expect(await ask("/healthz")).toMatchObject({ is: "refused", problem: expect.stringContaining("8 questions at") });
    await expect.poll(() => ends.length).toBe(8);
    for (const end of ends) end();
    expect((await Promise.all(held)).map(({ is }) => is)).toEqual(Array(8).fill("shown"));
    expect(await ask("/healthz")).toMatchObject({ is: "shown" });
  });
});
