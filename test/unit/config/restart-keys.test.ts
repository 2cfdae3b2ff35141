import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationKeys } from "../../../scripts/reference/configuration.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { keysForRestart } from "../../../src/config/restart-keys.ts";
import { temporaryFolder } from "../../support/trees.ts";

/** What a reload takes, so that no restart is needed. */
const RELOADED = ["host", "guests", "notify"];

const BEFORE = `
[fleet]
servers = ["nats://a:4222"]
`;

/** Another value for each key that is looked at at the start alone. */
const OTHERS: Readonly<Record<string, string>> = {
  "law.policy": '"adaptive"',
  "backend.kind": '"simulated"',
  "backend.xenstore": "true",
  "backend.qmp": '["/run/*.qmp"]',
  "backend.agent": '"{dir}/{name}.agent"',
  "backend.libvirt_uri": '"qemu:///system"',
  "simulated.guests": "2",
  "simulated.seed": "2",
  "simulated.restless": "true",
  "history.directory": '"/h"',
  "history.max_mb": "65",
  "fleet.servers": '["nats://b:4222"]',
  "fleet.name": '"b"',
  "fleet.labels": '{ rack = "b" }',
  "fleet.credentials": '"/b"',
  "fleet.tls_ca": '"/b"',
  "fleet.replicas": "3",
  "api.socket": '"/b"',
  "api.listen": '"127.0.0.1:1"',
  "api.token_file": '"/b"',
  "api.reads_need_token": "true",
  "api.allowed_hosts": '["b"]',
};

function load(text: string): Promise<Config> {
  const config = join(temporaryFolder(), "c.toml");
  writeFileSync(config, text);
  return loadConfig({ set: [], root: "", config }, {}, "nothing was done");
}

/** The text with another value for one key, the section's own first line aside. */
function withOther(name: string): string {
  const [section = "", key = ""] = name.split(".");
  const without = BEFORE.replace(new RegExp(`^${key} = .*\n`, "m"), "");
  const line = `[${section}]\n${key} = ${OTHERS[name]}\n`;
  return without.includes(`[${section}]\n`) ? without.replace(`[${section}]\n`, line) : without + line;
}

describe("what takes a restart", () => {
  it.each(Object.keys(OTHERS))("is %s, once it has another value", async (name) => {
    const atStart = await load(BEFORE);
    expect(keysForRestart(atStart, await load(withOther(name)))).toEqual([name]);
    expect(keysForRestart(atStart, await load(BEFORE))).toEqual([]);
  });

  it("is every key of the file but those that a reload takes", () => {
    const keys = configurationKeys().filter(({ section }) => !RELOADED.includes(section));
    expect(Object.keys(OTHERS).sort()).toEqual(keys.map(({ section, key }) => `${section}.${key}`).sort());
  });

  it("is a whole section that came or went", async () => {
    expect(keysForRestart(await load(""), await load(BEFORE))).toEqual(["[fleet]"]);
    expect(keysForRestart(await load(BEFORE), await load(""))).toEqual(["[fleet]"]);
  });

  it("is nothing that a reload takes", async () => {
    const more =
      '[tunables]\nguard = 0\n[host]\nreserve_mb = 1\n[guests."*"]\nmin_mb = 600\n[notify]\ncommand = ["/bin/a"]\n';
    expect(keysForRestart(await load(""), await load(more))).toEqual([]);
  });
});
