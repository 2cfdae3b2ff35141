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
    const path = program(`echo $$ > ${mark}; exec sleep 60`);
    // A machine may be too slow to start it within the first deadlines.
    for (let deadlineMs = 300; !existsSync(mark); deadlineMs *= 2) {
      await expect(virsh(path, deadlineMs)(["domstats"])).rejects.toMatchObject({
        code: "ERR_DEADLINE",
        message: `virsh domstats must answer within ${deadlineMs} ms; gave up`,
      });
    }
    const pid = readFileSync(mark, "utf8").trim();
    await eventually(() => !existsSync(`/proc/${pid}`));
  });

  it("ends it when it prints without end", async () => {
    await expect(virsh(program("exec yes"))(["domstats"])).rejects.toMatchObject({ code: "ERR_VIRSH" });
  });

  it("lets nothing else wait for agents, and no agent for those that hung the last time", async () => {
    const answer = `${directory.path}/answer`;
    const body = `[ "$4" != agent ] || until [ -e ${answer} ]; do sleep 0.05; done\necho "$4"`;
    const run = virsh(program(body), 60_000);
    const controller = new AbortController();
    const hung = (["agent", "doubtful"] as const).flatMap((lane) => Array.from({ length: 9 }, () => lane));
    const settled = Promise.allSettled(hung.map((lane) => run(["agent"], { lane, cancellation: controller.signal })));
    expect((await run(["setmem"])).stdout).toBe("setmem\n");
    controller.abort();
    writeFileSync(answer, "");
    const ends = (await settled).map((result) => (result.status === "rejected" ? result.reason.code : "answered"));
    const count = (end: string): number => ends.filter((found) => found === end).length;
    expect([count("answered"), count("ERR_CANCELLED")]).toEqual([8 + 4, 1 + 5]);
  });

  it("never begins what was cancelled while it waited", async () => {
    const log = `${directory.path}/begun`;
    const run = virsh(program(`echo "$4" >>${log}; [ "$4" != slow ] || sleep 0.3`));
    const slow = Array.from({ length: 4 }, () => run(["slow"]));
    const controller = new AbortController();
    const late = run(["setmem"], { lane: "control", cancellation: controller.signal });
    controller.abort();
    await expect(late).rejects.toMatchObject({ code: "ERR_CANCELLED" });
    await Promise.all(slow);
    await run(["uri"]);
    expect(
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "slow" && line !== ""),
    ).toEqual(["uri"]);
  });

  it("refuses more calls than may wait", async () => {
    const run = virsh(program("sleep 0.3"));
    const controllers = Array.from({ length: 4 + 512 }, () => new AbortController());
    const calls = controllers.map(({ signal }) => run(["uri"], { lane: "control", cancellation: signal }));
    const ended = Promise.allSettled(calls);
    await expect(run(["uri"])).rejects.toMatchObject({
      code: "ERR_BUSY",
      message: "at most 512 calls may wait for their turn; this one was not begun",
    });
    for (const controller of controllers) controller.abort();
    const begun = (await ended).filter(({ status }) => status === "fulfilled");
    expect(begun).toHaveLength(4);
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
