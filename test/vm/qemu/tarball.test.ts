import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HERE, release, released } from "../../packaging/release.ts";
import { hasInstalled } from "../../packaging/tools.ts";
import { readProjectFile } from "../../support/docs.ts";
import { THIS_RELEASE } from "../rig/archive.ts";
import { DebianMachine, debianGate } from "./debian.ts";
import { newestKernelGate } from "./images.ts";
import { Guest, type Moment } from "./package/guest.ts";

const gate = await debianGate(THIS_RELEASE);
const skip = gate.skip || (await newestKernelGate()).skip || !hasInstalled("packaging/node");

/** What ends with Ctrl-C in the guide does so after this. */
const DRY_RUN_S = 20;

/** What the guide says about the tarball, for the machine that it is for: by hand, and as a service. */
function guideCommands(): { readonly byHand: readonly string[]; readonly service: readonly string[] } {
  const [, section = ""] = readProjectFile("docs/guides/installing.md").split("## Tarball with its own Node");
  const [, byHand = [], service = []] = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) =>
    block
      .trim()
      .split("\n")
      .map((line) => line.replace(/ {2,}#.*/, "")),
  );
  return { byHand, service };
}

describe.skipIf(skip)("the tarball in a Debian 12 with nothing else", () => {
  let folder: string;
  let before: string;
  const said = new Map<string, string>();
  let up: Moment;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sb-tarball-"));
    release("tarball", folder, HERE);
    const tarball = released(folder, ".tar.gz");
    const machine = await DebianMachine.create("tarball", { [basename(tarball)]: tarball }, THIS_RELEASE);
    const guest = new Guest(await machine.boot());
    try {
      before = await guest.say("cat /etc/debian_version; command -v node nodejs npm");
      const { byHand, service } = guideCommands();
      for (const command of byHand) said.set(command, await guest.end(`cd /in && ${interrupted(command)}`));
      for (const command of service) await guest.must(command);
      await guest.until("the service to be up", async () => (await guest.service()).ActiveState === "active");
      up = await guest.moment();
    } finally {
      await guest.stop();
      await machine.remove();
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("finds no Node there", () => {
    expect(before).toMatch(/^12\.\d+\n$/);
  });

  it("is put in place by the guide's commands, and judges the machine", () => {
    for (const [command, end] of said) expect(end, command).toMatch(/(^|\n)0$/);
    expect(said.get("selfballoon doctor")).toContain("zram0");
  });

  it("decides and moves nothing until it is told to end", () => {
    expect(said.get("selfballoon run --dry-run")).toMatch(/dry run/i);
  });

  it("runs as a service by the guide's commands, and answers", () => {
    expect(up.service).toMatchObject({ ActiveState: "active", UnitFileState: "enabled", NRestarts: "0" });
    expect(up.status).toMatch(/^GUEST +STATE +HAS .*\n/);
  });
});

/** As somebody types it who ends what does not end by itself. */
function interrupted(command: string): string {
  return command.includes(" run ") ? `timeout --preserve-status --signal INT ${DRY_RUN_S} ${command}` : command;
}
