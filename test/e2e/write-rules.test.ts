import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree } from "../support/trees.ts";

/** Texts that the driver takes for a divisor, and the values that they set. */
const ACCEPTED: Readonly<Record<string, number>> = {
  "7": 7,
  "+7": 7,
  "7\n": 7,
  "+007\n": 7,
  "4294967295": 4_294_967_295,
};

/** Texts that are EINVAL. */
const REFUSED = [
  "",
  "\n",
  "+",
  "0",
  "-7",
  "4294967296",
  "99999999999999999999",
  "7.5",
  "0x7",
  "7 ",
  " 7",
  "7\n\n",
  "x",
];

/** A few of each for the ways in that take a process for every value. */
const SOME_ACCEPTED = ["+007\n", "4294967295"];
const SOME_REFUSED = ["", "0", "4294967296"];

const NAME = "selfballoon_downhysteresis";

let home: Home;
beforeEach(() => {
  home = new Home();
});

/** The value that a daemon, once started, has for the tunable that is tried. */
async function value(): Promise<number> {
  return Number(await home.succeed("get", NAME));
}

/** One step on a captured guest: the target tells which divisor was in force. */
async function once(...args: readonly string[]) {
  const { root } = new Tree("xen/pv-idle");
  const all = ["run", "--backend", "xen", "--root", root, "--once", "--json", "--selfballooning", "--set", "guard=0"];
  const { exitCode, stdout, stderr } = await home.do(...all, ...args);
  return { exitCode, stderr, targetPages: stdout === "" ? null : JSON.parse(stdout).targetPages };
}

/** 114011 pages, and a goal of 12928. */
const targetUnder = (divisor: number) => 114_011 - Math.floor((114_011 - 12_928) / divisor);

describe("the driver's write rules hold for", () => {
  it("`selfballoon set`", async () => {
    await home.daemon("--backend", "simulated");
    for (const text of SOME_ACCEPTED) {
      await home.succeed("set", `${NAME}=${text}`);
      expect([text, await value()]).toEqual([text, ACCEPTED[text] ?? Number.NaN]);
    }
    for (const text of SOME_REFUSED) {
      const { exitCode, stderr } = await home.do("set", `${NAME}=${text}`);
      expect([text, exitCode]).toEqual([text, 2]);
      expect(stderr).toContain(`not ${JSON.stringify(text)} (EINVAL); it stays 4294967295`);
    }
    expect(await value()).toBe(4_294_967_295);
  });

  it("PATCH /v1/tunables", async () => {
    await home.daemon("--backend", "simulated");
    const patch = (text: string) => home.ask("PATCH", "/v1/tunables", JSON.stringify({ [NAME]: text }));
    for (const [text, expected] of Object.entries(ACCEPTED)) {
      const { status, body } = await patch(text);
      expect([text, status]).toEqual([text, 200]);
      expect(body).toMatchObject({
        tunables: expect.arrayContaining([
          expect.objectContaining({ name: NAME, value: expected, default: 8, source: "runtime" }),
        ]),
      });
    }
    await patch("42");
    for (const text of REFUSED) {
      const { status, body } = await patch(text);
      expect([text, status]).toEqual([text, 422]);
      expect(body).toMatchObject({ code: "ERR_TUNABLE_INVALID" });
    }
    expect(await value()).toBe(42);
  });

  it("a set line of a replay", async () => {
    const line = (text: string) => `${JSON.stringify({ set: { [NAME]: text } })}\n`;
    const replay = home.start("replay", "-");
    const texts = [...Object.keys(ACCEPTED), ...REFUSED];
    replay.child.stdin.end(texts.map(line).join(""));
    const { stdout } = await replay.ended();
    const answers = stdout.trim().split("\n");
    const expected = texts.map((text) => JSON.stringify({ set: { [NAME]: text in ACCEPTED ? "ok" : "EINVAL" } }));
    expect(answers).toEqual(expected);
  });

  it("--set", async () => {
    for (const text of SOME_ACCEPTED) {
      const targetPages = targetUnder(ACCEPTED[text] ?? Number.NaN);
      expect(await once("--set", `${NAME}=${text}`)).toMatchObject({ exitCode: 0, targetPages });
    }
    for (const text of SOME_REFUSED) {
      const ended = await once("--set", `${NAME}=${text}`);
      expect(ended).toMatchObject({ exitCode: 2, targetPages: null, stderr: expect.stringContaining("EINVAL") });
    }
  });

  it("the environment", async () => {
    for (const text of SOME_ACCEPTED) {
      home.env["SELFBALLOON_SELFBALLOON_DOWNHYSTERESIS"] = text;
      expect(await once()).toMatchObject({ exitCode: 0, targetPages: targetUnder(ACCEPTED[text] ?? Number.NaN) });
    }
    for (const text of SOME_REFUSED) {
      home.env["SELFBALLOON_SELFBALLOON_DOWNHYSTERESIS"] = text;
      const { exitCode, targetPages, stderr } = await once();
      expect({ exitCode, targetPages }).toEqual({ exitCode: 3, targetPages: null });
      expect(stderr).toMatch(/SELFBALLOON_SELFBALLOON_DOWNHYSTERESIS: .*EINVAL/);
    }
  });

  it("the configuration file", async () => {
    const file = join(home.folder, "c.toml");
    const under = (text: string) => {
      writeFileSync(file, `[tunables]\n${NAME} = ${JSON.stringify(text)}\n`);
      return once("--config", file);
    };
    for (const text of SOME_ACCEPTED) {
      const targetPages = targetUnder(ACCEPTED[text] ?? Number.NaN);
      expect(await under(text)).toMatchObject({ exitCode: 0, targetPages });
    }
    for (const text of SOME_REFUSED) {
      const { exitCode, targetPages, stderr } = await under(text);
      expect({ exitCode, targetPages }).toEqual({ exitCode: 3, targetPages: null });
      expect(stderr).toContain(`${file}: ${NAME} must be`);
    }
  });
});

describe("0", () => {
  it("is refused for selfballoon_min_usable_mb, and a reset brings it back", async () => {
    const name = "selfballoon_min_usable_mb";
    await home.daemon("--backend", "simulated");
    await home.succeed("set", `${name}=8`);
    expect((await home.do("set", `${name}=0`)).exitCode).toBe(2);
    await home.succeed("reset", name);
    expect(await home.succeed("get", name)).toBe("0\n");
  });

  it("may be chosen for selfballoon_reserved_mb by `set` and PATCH, for guests with a reserve of their own too", async () => {
    await home.daemon("--backend", "simulated");
    const inForce = async () => (await home.succeed("get")).match(/^selfballoon_reserved_mb +(.*?) {2}/m)?.[1];
    expect(await inForce()).toBe("10 % of each guest");
    await home.succeed("set", "selfballoon_reserved_mb=0");
    expect(await inForce()).toBe("0 MiB");
    await home.succeed("reset", "selfballoon_reserved_mb");
    const { status, body } = await home.ask("PATCH", "/v1/tunables", '{"selfballoon_reserved_mb": 0}');
    expect(status).toBe(200);
    const zero = { name: "selfballoon_reserved_mb", value: 0, min: 0, source: "runtime" };
    expect(body).toMatchObject({ tunables: expect.arrayContaining([expect.objectContaining(zero)]) });
  });

  it("makes, with guard=0, the law of 2012 of it: by --set, the environment and the file", async () => {
    // committed + totalreserve is 1664 pages, below the floor of 34111.
    const targetPages = 114_011 - Math.floor((114_011 - 1664) / 8);
    expect(await once("--set", "selfballoon_reserved_mb=0")).toMatchObject({ exitCode: 0, targetPages });
    home.env["SELFBALLOON_SELFBALLOON_RESERVED_MB"] = "0";
    expect(await once()).toMatchObject({ exitCode: 0, targetPages });
    home.env["SELFBALLOON_SELFBALLOON_RESERVED_MB"] = "7";
    const file = join(home.folder, "c.toml");
    writeFileSync(file, '[guests."*"]\nselfballoon_reserved_mb = 0\n');
    expect(await once("--config", file)).toMatchObject({ exitCode: 0, targetPages });
  });

  it("stays EINVAL for a set line of a replay, as the driver answered", async () => {
    const replay = home.start("replay", "-");
    replay.child.stdin.end('{"set":{"selfballoon_reserved_mb":"0"}}\n');
    expect((await replay.ended()).stdout).toBe('{"set":{"selfballoon_reserved_mb":"EINVAL"}}\n');
  });
});

describe("PATCH /v1/tunables", () => {
  it("takes all of several tunables or none", async () => {
    await home.daemon("--backend", "simulated");
    const before = await home.ask("GET", "/v1/tunables");
    const bad = { frontswap_inertia: "9", guard: null, frontswap_hysteresis: "0", selfballoon_interval: "3" };
    expect(await home.ask("PATCH", "/v1/tunables", JSON.stringify(bad))).toMatchObject({ status: 422 });
    expect(await home.ask("GET", "/v1/tunables")).toEqual(before);
    const good = { ...bad, frontswap_hysteresis: 11 };
    const { body } = await home.ask("PATCH", "/v1/tunables", JSON.stringify(good));
    expect(body).toMatchObject({
      tunables: expect.arrayContaining([
        expect.objectContaining({ name: "frontswap_inertia", value: 9 }),
        expect.objectContaining({ name: "frontswap_hysteresis", value: 11 }),
        expect.objectContaining({ name: "selfballoon_interval", value: 3 }),
      ]),
    });
  });
});

describe("the frontswap tunables", () => {
  it("do not exist where no compressed swap is configured", async () => {
    const { root } = new Tree("xen/pv-idle");
    await home.daemon("--backend", "xen", "--root", root, "--selfballooning");
    for (const command of [
      ["get", "frontswap_inertia"],
      ["set", "frontswap_inertia=3"],
      ["reset", "frontswap_inertia"],
    ]) {
      const { exitCode, stderr } = await home.do(...command);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("no compressed swap") });
    }
    expect(await home.succeed("get")).not.toContain("frontswap_");
  });
});
