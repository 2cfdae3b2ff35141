import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Certificate, makeCertificate } from "../support/certificates.ts";
import { Home } from "../support/home.ts";
import { until } from "../support/until.ts";

interface Told {
  readonly kind: string;
  readonly severity: string;
  readonly text: string;
  readonly host: string;
  readonly dropped: number;
  readonly guest?: string;
}

/** A home whose configuration has `[notify]`. */
function homeWith(...lines: readonly string[]): Home {
  const home = new Home();
  const config = join(home.folder, "selfballoon.toml");
  writeFileSync(config, ["[simulated]", "guests = 2", "[notify]", ...lines].join("\n"));
  home.env["SELFBALLOON_CONFIG"] = config;
  home.env["SECRET"] = "of the daemon's own";
  return home;
}

/** A script in a home. */
function script(home: Home, name: string, body: string): string {
  const path = join(home.folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function addCommand(home: Home, command: readonly string[]): void {
  const config = home.env["SELFBALLOON_CONFIG"] ?? "";
  writeFileSync(config, `${readFileSync(config, "utf8")}\ncommand = ${JSON.stringify(command)}\n`);
}

const NOTICES = ['severity = "notice"', 'kinds = ["pause", "fault"]'];

/** What somebody has written to a file, line by line. */
const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];

/** A real HTTP server that writes down what it is sent, and answers with `status()`; over TLS with a certificate. */
async function webhook(status: () => number, certificate: Certificate | null = null) {
  const got: { readonly body: Told; readonly headers: IncomingHttpHeaders; readonly method?: string }[] = [];
  const take: RequestListener = (request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      got.push({ body: JSON.parse(text), headers: request.headers, method: request.method ?? "" });
      response.writeHead(status(), { location: "http://127.0.0.1:1/" }).end("thanks");
    });
  };
  const server = certificate === null ? createServer(take) : createSecureServer(filesOf(certificate), take);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const scheme = certificate === null ? "http" : "https";
  return { got, url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/told?key=secret` };
}

function filesOf({ certificate, key }: Certificate) {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}

describe("a command that is told", () => {
  it("gets the record on standard input, a few words in its environment, and nothing of the daemon's", async () => {
    const home = homeWith(...NOTICES);
    const [input, words] = [join(home.folder, "input"), join(home.folder, "words")];
    addCommand(home, [script(home, "tell", `cat >> '${input}'; echo "$1"; env > '${words}'`), "$(id)"]);
    await home.daemon("--backend", "simulated");
    await home.succeed("pause", "batch");
    await until("it to be told", () => linesOf(words).length > 3);
    const told = linesOf(input).map((line) => JSON.parse(line) as Told);
    expect(told).toEqual([
      expect.objectContaining({
        kind: "pause",
        guest: "batch",
        paused: true,
        severity: "notice",
        text: "It was paused.",
        dropped: 0,
      }),
    ]);
    const environment = linesOf(words);
    expect(environment).toEqual(
      expect.arrayContaining([
        "SELFBALLOON_KIND=pause",
        "SELFBALLOON_SEVERITY=notice",
        "SELFBALLOON_GUEST=batch",
        "SELFBALLOON_TEXT=It was paused.",
      ]),
    );
    expect(environment.filter((line) => line.includes("daemon's own"))).toEqual([]);
  });

  it("costs no step where it fails: that is told once, with its own words, and is seen by `doctor`", async () => {
    const home = homeWith(...NOTICES);
    addCommand(home, [script(home, "tell", "yes no mail here | head -c 3000000 >&2; exit 3")]);
    const daemon = await home.daemon("--backend", "simulated");
    await home.succeed("pause", "batch", "idle");
    const [line] = await daemon.says("stderr", /.*\[notify\] command must take.*no mail here.*guests are managed.*/);
    expect(line.length).toBeLessThan(1000);
    await home.succeed("resume", "batch");
    await until("a step after that", async () => {
      const { body } = await home.ask("GET", "/v1/guests/batch");
      return (body as { decision: unknown }).decision !== null;
    });
    expect(daemon.stderr.match(/must take what it is told/g)).toHaveLength(1);
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
  });

  it("is ended with the daemon, and with all that it started", async () => {
    const home = homeWith(...NOTICES);
    const pids = join(home.folder, "pids");
    addCommand(home, [script(home, "tell", `sleep 1000 & echo $! > '${pids}'; wait`)]);
    const daemon = await home.daemon("--backend", "simulated");
    await home.succeed("pause", "batch");
    const pid = await until("it to have started something", () => Number(linesOf(pids)[0] ?? 0) || null);
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
    await until("that to be gone", () => isGone(pid));
  });

  it("is judged by `doctor`", async () => {
    const home = homeWith();
    addCommand(home, ["/nowhere/tell"]);
    expect(await home.succeed("doctor")).toMatch(/fail {2}\[notify\] command: \/nowhere\/tell can't be started/);
    const open = homeWith();
    const path = script(open, "tell", "true");
    addCommand(open, [path]);
    expect(await open.succeed("doctor")).toContain(`ok    [notify] command: ${path} can be started.`);
    chmodSync(path, 0o777);
    expect(await open.succeed("doctor")).toContain(`warn  [notify] command: ${path} may be changed by others`);
  });
});

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return true;
  }
}

describe("a webhook that is told", () => {
  it("is posted each record as JSON, is told off once where it refuses, and its secrets are shown to nobody", async () => {
    let status = 200;
    const { got, url } = await webhook(() => status);
    const home = homeWith(...NOTICES, `webhook = ${JSON.stringify(url)}`);
    expect(await home.succeed("doctor")).toMatch(
      /info {2}\[notify\] webhook: http:\/\/127\.0\.0\.1:\d+ can be reached/,
    );
    const daemon = await home.daemon("--backend", "simulated");
    await home.succeed("pause", "batch");
    await until("the first", () => got.length === 1);
    expect(got[0]).toMatchObject({
      method: "POST",
      headers: { "content-type": "application/json" },
      body: { kind: "pause", guest: "batch", severity: "notice", text: "It was paused." },
    });
    status = 302;
    await home.succeed("pause", "idle");
    await daemon.says("stderr", /\[notify\] webhook must take what it is told, but it answered 302/);
    status = 204;
    await home.succeed("resume", "idle");
    await daemon.says("stderr", /takes what it is told again; 1 records were not taken/);
    expect(got).toHaveLength(3);
    expect(daemon.stderr).not.toContain("secret");
  });

  it("is told over TLS where its certificate is trusted, and nothing where it is not, which `doctor` finds", async () => {
    const certificate = makeCertificate();
    const { got, url } = await webhook(() => 200, certificate);
    const stranger = homeWith(...NOTICES, `webhook = ${JSON.stringify(url)}`);
    expect(await stranger.succeed("doctor")).toMatch(
      /fail {2}\[notify\] webhook: https:\/\/127\.0\.0\.1:\d+ can't be reached: .*certificate.*\n.*NODE_EXTRA_CA_CERTS/,
    );
    const refused = await stranger.daemon("--backend", "simulated");
    await stranger.succeed("pause", "batch");
    await refused.says("stderr", /\[notify\] webhook must take what it is told, but .*certificate/);
    expect(got).toEqual([]);
    const home = homeWith(...NOTICES, `webhook = ${JSON.stringify(url)}`);
    home.env["NODE_EXTRA_CA_CERTS"] = certificate.ca;
    expect(await home.succeed("doctor")).toMatch(
      /info {2}\[notify\] webhook: https:\/\/127\.0\.0\.1:\d+ can be reached/,
    );
    await home.daemon("--backend", "simulated");
    await home.succeed("pause", "batch");
    await until("it to be told", () => got.length === 1);
    expect(got[0]).toMatchObject({ method: "POST", body: { kind: "pause", guest: "batch" } });
  });

  it("that is down is found by `doctor`", async () => {
    const home = homeWith('webhook = "http://127.0.0.1:1/"');
    expect(await home.succeed("doctor")).toMatch(
      /fail {2}\[notify\] webhook: http:\/\/127\.0\.0\.1:1 can't be reached/,
    );
  });
});
