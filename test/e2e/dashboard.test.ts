import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Home } from "../support/home.ts";
import { askHttp } from "../support/http.ts";
import { Tree } from "../support/trees.ts";

const SIMULATED = ["--backend", "simulated"];

function pageHome(listen = "127.0.0.1:0"): Home {
  const home = new Home();
  home.env["SELFBALLOON_LISTEN"] = listen;
  return home;
}

/** Hold the default's port to the test's end. A daemon that is about to end is waited for; one that stays serves as well. */
async function holdDefaultPort(): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const other = createServer();
    const isOurs = await new Promise<boolean>((resolve) =>
      other.once("error", () => resolve(false)).listen(7070, "127.0.0.1", () => resolve(true)),
    );
    if (isOurs) return onTestFinished(() => void other.close());
    await sleep(100);
  }
}

describe("the dashboard of `run`", () => {
  it("is named on the second line, after what was found and before the socket", async () => {
    const home = pageHome();
    const daemon = await home.daemon("--root", home.folder);
    const [first, second = "", third] = (await daemon.says("stdout", /.*\n.*\n.*\n/))[0].split("\n");
    expect(first).toMatch(/^No balloon was found on this machine .* Running a simulated host/);
    expect(second).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+$/);
    expect(third).toContain(`Control socket: `);
    const url = second.replace("Dashboard: ", "").replace(/#.*/, "");
    expect(await askHttp(url)).toMatchObject({
      status: 200,
      text: expect.stringContaining("<title>selfballoon</title>"),
    });
    expect(await askHttp(`${url}metrics`)).toMatchObject({
      text: expect.stringMatching(/^selfballoon_build_info\{version=/m),
    });
  });

  it("is named again at the end, and whenever `url` asks, where the flags say", async () => {
    const home = new Home();
    const socket = join(home.folder, "other.sock");
    const daemon = home.start("run", ...SIMULATED, "--listen", "127.0.0.1:0", "--socket", socket);
    const [last, url = ""] = await daemon.says("stdout", /^Open (\S+) in a browser: it shows who is short, .*\n$/m);
    expect(daemon.stdout.endsWith(last)).toBe(true);
    home.env["SELFBALLOON_SOCKET"] = socket;
    expect(await home.succeed("url", "--token")).toBe(`${url}\n`);
    expect(await home.succeed("url")).toBe(`${url.replace(/#.*/, "")}\n`);
  });

  it("is not there to be named where nothing is served", async () => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    expect(await home.do("url")).toMatchObject({
      exitCode: 4,
      stdout: "",
      stderr: expect.stringContaining("--listen"),
    });
  });

  it("names this machine where it listens on all addresses, and warns that it can be read", async () => {
    const daemon = await pageHome("0.0.0.0:0").daemon(...SIMULATED);
    const [, url = ""] = await daemon.says("stdout", /^Dashboard: (\S+)#/m);
    expect(new URL(url).hostname).toBe(hostname().toLowerCase());
    await daemon.says("stdout", /^Warning: whoever reaches this address .* can read/m);
  });

  it("keeps the token out of the log", async () => {
    const home = pageHome();
    const daemon = await home.daemon(...SIMULATED, "--set", "selfballoon_interval=1");
    await daemon.says("stdout", /^Dashboard: /m);
    const token = readFileSync(join(home.folder, "run/token"), "utf8").trim();
    expect(daemon.stdout).toContain(token);
    await daemon.says("stderr", /guest=web/);
    expect(daemon.stderr).not.toContain(token);
  });

  it("is left out with a word about it where the default's port is taken, and is an error where it was asked for", async () => {
    await holdDefaultPort();
    const home = pageHome();
    delete home.env["SELFBALLOON_LISTEN"];
    const daemon = await home.daemon(...SIMULATED);
    await daemon.says("stdout", /^No dashboard: .*127\.0\.0\.1:7070: .*EADDRINUSE.*; choose another with --listen/m);
    const asked = pageHome("127.0.0.1:7070");
    const { exitCode, stderr } = await asked.do("run", ...SIMULATED);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining("[ERR_LISTEN]") });
  });

  it.each(["7070", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:7070", "::1:7070"])(
    "refuses the address %s",
    async (listen) => {
      const { exitCode, stderr } = await pageHome(listen).do("run", ...SIMULATED);
      expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining("HOST:PORT") });
    },
  );
});

describe("in a Xen guest", () => {
  it("nothing is served over TCP unless it is asked for, and none of that code is loaded", async () => {
    const home = new Home();
    delete home.env["SELFBALLOON_LISTEN"];
    const coverage = join(home.folder, "coverage");
    home.env["NODE_V8_COVERAGE"] = coverage;
    const daemon = await home.daemon("--backend", "xen", "--root", new Tree("xen/pv-idle").root, "--selfballooning");
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).stdout).not.toContain("Dashboard");
    const loaded = loadedChunks(coverage);
    const definitions = [
      /function serveSocket\(/,
      /function serveTcp\(/,
      /PageFiles = class/,
      /function openApiDocument\(/,
    ];
    expect(definitions.filter((definition) => definition.test(loaded))).toEqual([definitions[0]]);
    expect(/Histogram/.test(loaded)).toBe(false);
    expect(/NatsConnectionImpl|FleetMember/.test(loaded)).toBe(false);
  });

  it("is served where the configuration says so, and the token is not printed", async () => {
    const home = pageHome();
    const daemon = await home.daemon("--backend", "xen", "--root", new Tree("xen/pv-idle").root, "--selfballooning");
    await daemon.says("stdout", /^Dashboard: http:\/\/127\.0\.0\.1:\d+\/$/m);
    const file = join(home.folder, "run/token");
    expect(daemon.stdout).toContain(file);
    expect(daemon.stdout).not.toContain(readFileSync(file, "utf8").trim());
  });
});

/** The text of all chunks of the built command that a process loaded, by what V8 wrote of it. */
function loadedChunks(coverage: string): string {
  const folder = dirname(inject("command"));
  const written = readdirSync(coverage).map((file) => readFileSync(join(coverage, file), "utf8"));
  const names = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  const loaded = names.filter((name) => written.some((text) => text.includes(`/${basename(name)}"`)));
  return loaded.map((name) => readFileSync(join(folder, name), "utf8")).join("");
}
