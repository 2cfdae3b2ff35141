import { describe, expect, it } from "vitest";
import type { Given, GivenRegister, Registered } from "../../../src/fleet/given.ts";
import { type FleetWish, type PlaceTools, placeWish } from "../../../src/fleet/place.ts";
import type { HostAnswer, HostQuestion } from "../../../src/fleet/wish-wire.ts";

const WISH: FleetWish = { key: "for_web", mib: 1000, guest: "web", waitMs: 0, lifeMs: 60_000 };
const MORE: FleetWish = { ...WISH, mib: 2000 };
const REFUSED: HostAnswer = { is: "refused", problem: "full", freeMib: 10, couldMib: 20 };

/** A register in memory, with the servers' promise: of several writers one succeeds. */
class MemoryRegister implements GivenRegister {
  entry: Registered | null = null;

  async find(): Promise<Registered | null> {
    return this.entry;
  }

  async write(_: string, given: Given, before: Registered | null): Promise<boolean> {
    if (this.entry?.revision !== before?.revision) return false;
    this.entry = { given, revision: (before?.revision ?? 0) + 1, createdMs: 0 };
    return true;
  }
}

/** Hosts by what each answers to a wish; what they keep, and what they were asked. */
class Hosts {
  readonly kept = new Map<string, string>();
  readonly asked: string[] = [];
  readonly register = new MemoryRegister();
  nowMs = 0;
  private readonly answers: Readonly<Record<string, "keeps" | "refuses" | "silent">>;

  constructor(answers: Hosts["answers"]) {
    this.answers = answers;
  }

  get tools(): PlaceTools {
    return {
      register: this.register,
      serverMs: () => this.nowMs,
      ask: async (host, question) => this.answer(host, question),
    };
  }

  private answer(host: string, question: HostQuestion): HostAnswer | null {
    this.asked.push(`${question.do} ${host}`);
    if (question.do === "look") return this.kept.has(question.id) ? { is: "kept", untilMs: 0 } : { is: "not_kept" };
    if (question.do === "withdraw") {
      this.kept.delete(question.id);
      return { is: "not_kept" };
    }
    const how = this.answers[host];
    if (how === "refuses") return REFUSED;
    this.kept.set(question.id, host);
    return how === "silent" ? null : { is: "kept", untilMs: 0 };
  }
}

describe("a wish for memory in a fleet", () => {
  it("is granted by the first host that can, and the others keep nothing", async () => {
    const hosts = new Hosts({ a: "refuses", b: "keeps", c: "keeps" });
    expect(await placeWish(WISH, ["a", "b", "c"], hosts.tools)).toMatchObject({
      is: "given",
      isNew: true,
      given: { host: "b", mib: 1000 },
    });
    expect([...hosts.kept.values()]).toEqual(["b"]);
  });

  it("is withdrawn from a host that may have heard of it and does not answer, before it goes to the next", async () => {
    const hosts = new Hosts({ a: "silent", b: "keeps" });
    await placeWish(WISH, ["a", "b"], hosts.tools);
    expect(hosts.asked).toEqual(["reserve a", "withdraw a", "reserve b"]);
    expect([...hosts.kept.values()]).toEqual(["b"]);
  });

  it("is refused with what each host said where none can", async () => {
    const hosts = new Hosts({ a: "refuses", b: "silent" });
    expect(await placeWish(WISH, ["a", "b"], hosts.tools)).toEqual({
      is: "refused",
      refusals: [
        { host: "a", problem: "full", freeMib: 10, couldMib: 20 },
        { host: "b", problem: "it does not answer", freeMib: null, couldMib: null },
      ],
      gaveUp: null,
    });
  });

  it("is told where it was granted when it is asked again", async () => {
    const hosts = new Hosts({ a: "keeps", b: "keeps" });
    const first = await placeWish(WISH, ["a", "b"], hosts.tools);
    expect(await placeWish(WISH, ["b", "a"], hosts.tools)).toEqual({ ...first, isNew: false });
    expect([...hosts.kept.values()]).toEqual(["a"]);
  });

  it.each([
    ["its time is over", (hosts: Hosts) => (hosts.nowMs = 60_000)],
    ["its host keeps it no more", (hosts: Hosts) => hosts.kept.clear()],
  ])("is granted anew once %s", async (_, end) => {
    const hosts = new Hosts({ a: "keeps", b: "keeps" });
    await placeWish(WISH, ["a"], hosts.tools);
    end(hosts);
    expect(await placeWish(WISH, ["b"], hosts.tools)).toMatchObject({ isNew: true, given: { host: "b" } });
  });

  it("is granted once where two ask for it in the same moment: the second host lets go", async () => {
    const hosts = new Hosts({ a: "keeps", b: "keeps" });
    const both = await Promise.all([placeWish(WISH, ["a"], hosts.tools), placeWish(WISH, ["b"], hosts.tools)]);
    const places = both.map((one) => (one.is === "given" ? one.given.host : null));
    expect(new Set(places).size).toBe(1);
    expect([...hosts.kept.values()]).toEqual([places[0]]);
  });

  it("for more than was given is granted anew, once the host has said that it keeps the less no more", async () => {
    const hosts = new Hosts({ a: "keeps", b: "keeps" });
    await placeWish(WISH, ["a"], hosts.tools);
    hosts.asked.length = 0;
    expect(await placeWish(MORE, ["b"], hosts.tools)).toMatchObject({
      is: "given",
      isNew: true,
      given: { host: "b", mib: 2000 },
    });
    expect(hosts.asked).toEqual(["look a", "withdraw a", "reserve b"]);
    expect([...hosts.kept.values()]).toEqual(["b"]);
    expect(hosts.register.entry?.given).toMatchObject({ host: "b", mib: 2000 });
    expect(await placeWish(WISH, ["a"], hosts.tools)).toMatchObject({ isNew: false, given: { host: "b", mib: 2000 } });
  });

  it.each(["look", "withdraw"])(
    "for more is told what is kept where the host does not answer to a %s",
    async (from) => {
      const hosts = new Hosts({ a: "keeps", b: "keeps" });
      await placeWish(WISH, ["a"], hosts.tools);
      const { ask } = hosts.tools;
      const isDeaf = (question: HostQuestion) => question.do === from || question.do === "withdraw";
      const tools: PlaceTools = {
        ...hosts.tools,
        ask: async (host, question, ms) => (isDeaf(question) ? null : ask(host, question, ms)),
      };
      expect(await placeWish(MORE, ["b"], tools)).toMatchObject({ is: "short", given: { host: "a", mib: 1000 } });
      expect([...hosts.kept.values()]).toEqual(["a"]);
    },
  );

  it("for more says what it gave up where no host has room, and gives up nothing where there is none to ask", async () => {
    const hosts = new Hosts({ a: "keeps", b: "refuses" });
    await placeWish(WISH, ["a"], hosts.tools);
    expect(await placeWish(MORE, [], hosts.tools)).toEqual({ is: "refused", refusals: [], gaveUp: null });
    expect([...hosts.kept.values()]).toEqual(["a"]);
    expect(await placeWish(MORE, ["b"], hosts.tools)).toMatchObject({
      is: "refused",
      refusals: [{ host: "b" }],
      gaveUp: { host: "a", mib: 1000 },
    });
    expect(hosts.kept.size).toBe(0);
    expect(await placeWish(WISH, ["a"], hosts.tools)).toMatchObject({ isNew: true, given: { host: "a", mib: 1000 } });
  });

  it("for more is never told the less that another was given in the same moment", async () => {
    const hosts = new Hosts({ a: "keeps", b: "keeps" });
    const both = await Promise.all([placeWish(WISH, ["a"], hosts.tools), placeWish(MORE, ["b"], hosts.tools)]);
    expect(both).toMatchObject([
      { is: "given", given: { mib: 1000 } },
      { is: "short", given: { host: "a", mib: 1000 } },
    ]);
    expect([...hosts.kept.values()]).toEqual(["a"]);
  });

  it("is left to its time at the host where it can't be known whether it was granted", async () => {
    const hosts = new Hosts({ a: "keeps", b: "keeps" });
    hosts.register.write = async () => Promise.reject(new Error("no answer"));
    await expect(placeWish(WISH, ["a", "b"], hosts.tools)).rejects.toThrow("no answer");
    expect(hosts.asked).toEqual(["reserve a"]);
    expect([...hosts.kept.values()]).toEqual(["a"]);
  });
});
