import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReservationStatus } from "../../src/core/control.ts";
import type { Home } from "../support/home.ts";
import { hostsSeenBy, member } from "../support/members.ts";
import { natsGate, startNats } from "../support/nats.ts";
import { temporaryFolder } from "../support/trees.ts";
import { until } from "../support/until.ts";

const SCRIPTS = resolve("packaging/schedulers");

/** A scheduler's own command: it writes down what it was called with, and says `words`. */
function standIn(folder: string, name: string, words = ""): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\ncat <<'END'\n${words}\nEND\n`);
  chmodSync(path, 0o755);
}

/** How a script ends, and what it says. */
async function runScript(
  script: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | null; readonly said: string }> {
  const child = spawn(join(SCRIPTS, script), words, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, said };
}

/** A VM as OpenNebula tells of it: measured figures come first, and a text of its user's that looks like a part of it last. */
function oneXml(id: number, mib: number): string {
  const measured = "<MONITORING><ID>1</ID><MEMORY><![CDATA[24]]></MEMORY></MONITORING>";
  const template = `<TEMPLATE><DISK><ID>2</ID></DISK><MEMORY><![CDATA[${mib}]]></MEMORY></TEMPLATE>`;
  const words = "<![CDATA[</WORDS></USER_TEMPLATE><TEMPLATE><MEMORY>48</MEMORY></TEMPLATE>]]>";
  const own = `<USER_TEMPLATE><EMPTY/><WORDS>${words}</WORDS></USER_TEMPLATE>`;
  return `<?xml version="1.0"?>\n<VM>\n  <ID>${id}</ID>\n  ${measured}\n  ${template}\n  ${own}\n</VM>\n`;
}

async function reserved(home: Home): Promise<readonly (readonly [string | null, number])[]> {
  const { body } = await home.ask("GET", "/v1/reservations");
  const { reservations } = body as { reservations: readonly ReservationStatus[] };
  return reservations.map(({ guest, bytes }) => [guest, bytes / 2 ** 20]);
}

describe.skipIf(natsGate("curl").skip)("a scheduler's script", { timeout: 120_000 }, () => {
  it("asks the fleet's service where a guest fits, for OpenNebula, Proxmox and Nomad", async () => {
    const { url: nats } = await startNats();
    const home = member(
      "host-1",
      nats,
      'labels = { rack = "a1" }',
      "[host]\nmemory_mb = 8192\n[simulated]\nguests = 2\n",
    );
    const token = join(home.folder, "token");
    appendFileSync(home.env["SELFBALLOON_CONFIG"] ?? "", `[api]\ntoken_file = ${JSON.stringify(token)}\n`);
    await home.succeed("fleet", "prepare");
    await home.daemon("--backend", "simulated");
    await until("the host", async () => (await hostsSeenBy(home)).length === 1);
    const service = home.start("fleet", "serve", "--listen", "127.0.0.1:0");
    const [, url = ""] = await service.says("stdout", /^Fleet: (\S+)$/m);

    const tools = join(home.folder, "tools");
    mkdirSync(tools);
    standIn(tools, "onevm", oneXml(8, 300));
    standIn(tools, "ha-manager");
    standIn(tools, "nomad");
    const env = {
      PATH: `${tools}:${process.env["PATH"] ?? ""}`,
      SELFBALLOON_FLEET: url,
      SELFBALLOON_FLEET_TOKEN: token,
      PVE_ROOT: home.folder,
    };
    const conf = join(home.folder, "nodes", "host-9", "qemu-server");
    mkdirSync(conf, { recursive: true });
    // The first is called by its name, the others by their number; snapshots come after, and are not what is started.
    writeFileSync(join(conf, "101.conf"), "cores: 2\nmemory: 512\nname: db\n\n[old]\nmemory: 16\nname: old\n");
    writeFileSync(join(conf, "102.conf"), "memory: current=640\n\n[old]\nmemory: 16\nname: old\n");
    writeFileSync(join(conf, "103.conf"), "cores: 2\n\n[old]\nmemory: 16\n");
    writeFileSync(join(conf, "104.conf"), "memory: much\n");
    const run = (script: string, ...words: readonly string[]) => runScript(script, words, env);
    const hooked = Buffer.from(oneXml(7, 768)).toString("base64");
    for (const [script, ...words] of [
      ["opennebula-deploy", hooked],
      ["opennebula-deploy", "8"],
      ["proxmox-start", "101"],
      ["proxmox-start", "102"],
      ["proxmox-start", "103"],
      ["nomad-run", "web", "256", "web.nomad.hcl"],
    ] as const)
      expect(await run(script, ...words)).toMatchObject({ exitCode: 0 });
    for (const [script, words, said] of [
      ["proxmox-start", ["104"], "104.conf must be a number of MiB"],
      ["proxmox-start", ["105"], "105.conf must say how much memory VM 105 has, and can't be read"],
      [
        "opennebula-deploy",
        [Buffer.from("<VM><ID>9</ID></VM>").toString("base64")],
        "must have its ID and TEMPLATE/MEMORY",
      ],
      ["selfballoon-place", ["more", "0512"], "MIB must be a whole number"],
      ["selfballoon-place", ["more", "08"], "MIB must be a whole number"],
      ["selfballoon-place", ["more", "16", "rack"], "a label is LABEL=VALUE"],
      ["selfballoon-place", ["more", "16", "=a1"], "a label is LABEL=VALUE"],
      ["selfballoon-place", ["", "16"], "the guest must have a name"],
    ] as const)
      expect(await run(script, ...words)).toEqual({ exitCode: 2, said: expect.stringContaining(said) });
    expect(readFileSync(join(tools, "calls"), "utf8").split("\n")).toEqual([
      "onevm deploy 7 host-1",
      "onevm show 8 --xml",
      "onevm deploy 8 host-1",
      ...[101, 102, 103].flatMap((vm) => [
        `ha-manager migrate vm:${vm} host-1`,
        `ha-manager set vm:${vm} --state started`,
      ]),
      "nomad job run -var node=host-1 web.nomad.hcl",
      "",
    ]);
    expect(await run("selfballoon-place", "web", "256", "rack=a1")).toEqual({ exitCode: 0, said: "host-1\n" });
    expect(await reserved(home)).toEqual([
      ["one-7", 768],
      ["one-8", 300],
      ["db", 512],
      ["vm102", 640],
      ["vm103", 512],
      ["web", 256],
    ]);
    expect(await run("selfballoon-place", "web", "320")).toEqual({ exitCode: 0, said: "host-1\n" });
    expect(await reserved(home)).toContainEqual(["web", 320]);
    expect(await run("selfballoon-place", "other", "16", "rack=none")).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining("no live host with such labels"),
    });
    expect(await run("nomad-run", "huge", "900000", "x")).toMatchObject({ exitCode: 1 });
    expect(await run("selfballoon-place", 'a"b', "16")).toMatchObject({ exitCode: 2 });
    writeFileSync(token, "quite-another-token-than-it-was\n");
    expect(await run("selfballoon-place", "web", "256")).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining("ERR_TOKEN_NEEDED"),
    });
  });

  it("ends with an error where the service answers that it keeps less than was asked for", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "token"), "a-token-of-many-letters\n");
    standIn(
      folder,
      "curl",
      '{"host":"host-1","id":"01234567","guest":"web","bytes":268435456,"lifeMs":300000,"isNew":false}',
    );
    const env = {
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      SELFBALLOON_FLEET_TOKEN: join(folder, "token"),
    };
    expect(await runScript("selfballoon-place", ["web", "256"], env)).toEqual({ exitCode: 0, said: "host-1\n" });
    expect(await runScript("selfballoon-place", ["web", "257"], env)).toEqual({
      exitCode: 1,
      said: "selfballoon-place: web has 268435456 bytes on host-1, fewer than 257 MiB\n",
    });
    expect(readFileSync(join(folder, "calls"), "utf8")).not.toContain("a-token");
  });
});
