import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { createVirsh } from "../../../../src/backends/libvirt/virsh.ts";
import { eventually } from "../../../support/qmp/eventually.ts";
import { socketDirectory } from "../../../support/qmp/socket-directory.ts";

const directory = socketDirectory();
afterAll(() => directory.remove());

let programs = 0;

/** A program in virsh's place. */
function program(body: string): string {
  programs += 1;
  const path = `${directory.path}/virsh${programs}`;
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const virsh = (path: string, deadlineMs = 5000) => createVirsh({ uri: "qemu:///system", program: path, deadlineMs });

describe("running virsh", () => {
  it("hands over arguments as they are, quietly and to the connection", async () => {
    const run = virsh(program('for word in "$@"; do echo "[$word]"; done; echo "$LC_ALL" >&2'));
    const odd = "--domain=a b; rm -rf $HOME `x` 'y' \"z\"";
    expect(await run(["setmem", odd])).toEqual({
      stdout: `[-q]\n[-c]\n[qemu:///system]\n[setmem]\n[${odd}]\n`,
      stderr: "C\n",
    });
  });

  it("says virsh's own words when it fails", async () => {
    const run = virsh(program('echo "error: failed to get domain" >&2; exit 1'));
    await expect(run(["setmem", "--domain=x"])).rejects.toMatchObject({
      code: "ERR_VIRSH",
      message: "virsh setmem must succeed: error: failed to get domain",
    });
  });

  it("says when there is no virsh", async () => {
    await expect(virsh(`${directory.path}/none`)(["uri"])).rejects.toMatchObject({
      code: "ERR_VIRSH",
      message: expect.stringContaining("ENOENT"),
    });
  });

  it("ends it at the deadline, for good", async () => {
    const mark = `${directory.path}/pid`;
    const run = virsh(program(`echo $$ > ${mark}; exec sleep 60`), 300);
    await expect(run(["domstats"])).rejects.toMatchObject({
      code: "ERR_DEADLINE",
      message: "virsh domstats must answer within 300 ms; gave up",
    });
    const pid = readFileSync(mark, "utf8").trim();
    await eventually(() => !existsSync(`/proc/${pid}`));
  });

  it("ends it when it prints without end", async () => {
    await expect(virsh(program("exec yes"))(["domstats"])).rejects.toMatchObject({ code: "ERR_VIRSH" });
  });

  it("runs few at a time, and all in the end", async () => {
    const count = `${directory.path}/count`;
    const body = `touch ${count}.$$; ls ${count}.* | wc -l; sleep 0.05; rm ${count}.$$`;
    const run = virsh(program(body));
    const outputs = await Promise.all(Array.from({ length: 10 }, () => run(["uri"])));
    const together = outputs.map(({ stdout }) => Number(stdout));
    expect(together).toHaveLength(10);
    expect(Math.max(...together)).toBeLessThanOrEqual(4);
  });
});

const missing = spawnSync("virsh", ["--version"]).status !== 0;

describe.skipIf(missing)(`a real virsh${missing ? ", skipped because virsh is not installed" : ""}`, () => {
  const run = createVirsh({ uri: "test:///default", program: "virsh", deadlineMs: 5000 });

  it.each([
    [["uri"]],
    [["domstats", "--state", "--balloon", "--raw", "--list-active", "--nowait"]],
    [["dumpxml", "--domain=test"]],
    [["setmem", "--domain=test", "--size=1048576", "--live"]],
    [["dommemstat", "--domain=test", "--period=1", "--live"]],
  ])("knows the command %j", async (args) => {
    expect((await run(args)).stderr).toBe("");
  });

  it("takes the agent's commands as one script, and goes on after one that failed", async () => {
    const agentCommand = `qemu-agent-command --timeout 1 --domain "test" --cmd "{\\"execute\\":\\"guest-ping\\"}"`;
    const { stdout, stderr } = await run([`${agentCommand}; echo selfballoon-next; echo "a \\"b\\\\c\\" d"`]);
    expect(stdout).toBe('selfballoon-nexta "b\\c" d');
    expect(stderr).toContain("not supported by the connection driver");
  });
});
