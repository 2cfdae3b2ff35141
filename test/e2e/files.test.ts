import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasFuse } from "../support/fuse.ts";
import { MountedFiles } from "../support/mounted-files.ts";
import { until } from "../support/until.ts";

const INTERVAL = "selfballoon_interval";

const NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all";

/** Ways to write to the file F, and the value that it has then. */
const WRITES = [
  ["echo 10 > F", "10"],
  ["printf 11 >> F", "11"],
  ["printf 12 | dd of=F status=none", "12"],
  ["printf 13 | dd of=F bs=2 seek=7 status=none", "13"],
  ["printf 14 | dd of=F bs=2 seek=7 conv=notrunc oflag=append status=none", "14"],
  ["printf 15 | dd of=F bs=1 status=none", "5"],
  ["printf '16\\0junk' > F", "16"],
  ["exec 3> F; echo 17 >&3; echo 18 >&3", "18"],
  ["echo 19 | tee F > /dev/null", "19"],
  ["truncate -s 0 F; : > F; echo 21 > F", "21"],
] as const;

/** A folder in sysfs with what a device's folder has: files, a folder, a link. */
const DEVICE = "/sys/devices/system/clocksource/clocksource0";

/** Daemon and files, both up. */
async function rig() {
  const mounted = new MountedFiles();
  const daemon = await mounted.daemon();
  const served = await mounted.serve();
  const file = mounted.at(INTERVAL);
  const value = async (): Promise<string> => {
    const { body } = await mounted.home.ask("GET", "/v1/tunables");
    const { tunables } = body as { tunables: readonly { name: string; value: number }[] };
    return String(tunables.find(({ name }) => name === INTERVAL)?.value);
  };
  return { mounted, daemon, served, file, value };
}

describe.skipIf(!hasFuse())("the driver's files", () => {
  it("are read by anybody, as a number and a newline", async () => {
    const { mounted, file } = await rig();
    const expected = { exitCode: 0, stdout: "1\n", stderr: "" };
    expect([await mounted.root(`cat ${file}`), await mounted.nobody(`cat ${file}`)]).toEqual([expected, expected]);
    const listed = await mounted.nobody(`cd ${mounted.path} && stat -c '%n %a %U %s' *`);
    expect(listed.stdout.trim().split("\n")).toHaveLength(9);
    expect(listed.stdout).toContain("frontswap_inertia 644 root 4096\n");
    expect((await mounted.root(`dd if=${file} bs=1 status=none | od -An -c`)).stdout.trim()).toBe("1  \\n");
  });

  it("take one value with each write, however it is written", async () => {
    const { mounted, file, value } = await rig();
    for (const [script, expected] of WRITES) {
      const played = await mounted.root(script.replaceAll("F", file));
      expect({ script, ...played }).toEqual({ script, exitCode: 0, stdout: "", stderr: "" });
      expect([await value(), (await mounted.nobody(`cat ${file}`)).stdout]).toEqual([expected, `${expected}\n`]);
    }
  });

  it("refuse with EINVAL what the driver refused, and keep the value", async () => {
    const { mounted, file, value } = await rig();
    for (const text of ["abc", "0", "10 ", " 10", "4294967296"]) {
      const { exitCode, stderr } = await mounted.root(`echo '${text}' > ${file}`);
      expect([text, exitCode, stderr]).toEqual([text, 1, expect.stringContaining("Invalid argument")]);
    }
    expect(await value()).toBe("1");
  });

  it("refuse with EPERM who has not the driver's privilege, whatever the mode is, and keep the value", async () => {
    const { mounted, file, value } = await rig();
    await mounted.root(`chmod 666 ${file}`);
    for (const script of [
      `${NOBODY} W`,
      "setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin W",
      "unshare --user --map-root-user W",
      `exec 3> F; ${NOBODY} bash -c 'echo 7 >&3'`,
    ]) {
      const { exitCode, stderr } = await mounted.root(
        script.replace("W", "bash -c 'echo 7 > F'").replaceAll("F", file),
      );
      expect([script, exitCode, stderr]).toEqual([script, 1, expect.stringContaining("Operation not permitted")]);
    }
    expect(await value()).toBe("1");
  });

  it("are closed to others by their mode, and open where it is changed", async () => {
    const { mounted, file } = await rig();
    expect((await mounted.nobody(`echo 7 > ${file}`)).stderr).toContain("Permission denied");
    expect((await mounted.nobody(`chmod 666 ${file}`)).stderr).toContain("Operation not permitted");
    await mounted.root(`chmod 600 ${file}; chown daemon ${file}`);
    expect((await mounted.nobody(`cat ${file}`)).stderr).toContain("Permission denied");
    expect((await mounted.root(`stat -c '%a %U' ${file}`)).stdout).toBe("600 daemon\n");
  });

  it("can't be made or removed", async () => {
    const { mounted } = await rig();
    for (const [script, problem] of [
      ["touch P/new", "Permission denied"],
      ["mkdir P/new", "Operation not permitted"],
      ["rm -f P/selfballooning", "Operation not permitted"],
      ["mv P/selfballooning P/new", "Operation not permitted"],
    ] as const) {
      const { exitCode, stderr } = await mounted.root(script.replaceAll("P", mounted.path));
      expect([script, exitCode, stderr]).toEqual([script, 1, expect.stringContaining(problem)]);
    }
  });

  it("show at once what is changed by other means", async () => {
    const { mounted, file } = await rig();
    await mounted.home.succeed("set", `${INTERVAL}=33`);
    await until("the new value", async () => ((await mounted.root(`cat ${file}`)).stdout === "33\n" ? true : null));
  });

  it("give whole values under load, and do not keep the daemon from answering", async () => {
    const { mounted, file } = await rig();
    const reader = `for i in {1..40}; do read -r v < ${file}; echo $v; done`;
    const writer = `for i in {1..10}; do echo 123456 > ${file}; echo 7 > ${file}; done`;
    const playing = [mounted.nobody(`${reader} & ${reader} & ${reader} & wait`), mounted.root(writer)];
    expect(await mounted.home.ask("GET", "/healthz")).toMatchObject({ status: 200 });
    const [read, written] = await Promise.all(playing);
    expect(written).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const values = read?.stdout.trim().split("\n") ?? [];
    expect(values.filter((value) => !["1", "7", "123456"].includes(value))).toEqual([]);
    expect([values.length, read?.stderr]).toEqual([120, ""]);
  });

  it("work with a single thread beside Node's own", async () => {
    const mounted = new MountedFiles();
    await mounted.daemon();
    const served = await mounted.serve({ UV_THREADPOOL_SIZE: "1" });
    expect((await mounted.root(`echo 9 > ${mounted.at(INTERVAL)}; cat ${mounted.at(INTERVAL)}`)).stdout).toBe("9\n");
    served.kill("SIGTERM");
    expect((await served.ended()).exitCode).toBe(0);
  });
});

describe.skipIf(!hasFuse())("the driver's files, when something dies", () => {
  it("fail at once without a daemon, and work again with the next one", async () => {
    const { mounted, daemon, file } = await rig();
    daemon.kill("SIGKILL");
    await daemon.ended();
    for (const script of [`cat ${file}`, `echo 5 > ${file}`]) {
      const { exitCode, stderr } = await mounted.root(script);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("Transport endpoint is not connected")]);
    }
    expect((await mounted.nobody(`ls ${mounted.path}`)).stdout).toContain(INTERVAL);
    await mounted.daemon();
    expect((await mounted.nobody(`cat ${file}`)).stdout).toBe("1\n");
  });

  it("do not hang a reader while the daemon hangs", async () => {
    const { mounted, daemon, file } = await rig();
    daemon.kill("SIGSTOP");
    const readers = `for i in {1..20}; do cat ${file} & done; wait`;
    expect((await mounted.nobody(readers)).stderr.match(/not connected/g)).toHaveLength(20);
    daemon.kill("SIGCONT");
    expect((await mounted.nobody(`sleep 0.1; cat ${file}`)).stdout).toBe("1\n");
  });

  it("say that they are not there once their own process is killed, until the next one", async () => {
    const { mounted, served, file } = await rig();
    served.kill("SIGKILL");
    await served.ended();
    const { exitCode, stderr } = await mounted.nobody(`cat ${file}`);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("Transport endpoint is not connected")]);
    await mounted.serve();
    expect((await mounted.nobody(`cat ${file}`)).stdout).toBe("1\n");
    expect((await mounted.root("grep -c selfballoon-files: /proc/self/mountinfo")).stdout).toBe("1\n");
  });

  it("are removed by --undo once their process was killed, and not before", async () => {
    const { mounted, served } = await rig();
    expect(await (await mounted.undo()).ended()).toMatchObject({ exitCode: 6 });
    served.kill("SIGKILL");
    await served.ended();
    expect(await (await mounted.undo()).ended()).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await mounted.isMounted()).toBe(false);
    expect(await (await mounted.undo()).ended()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("are unmounted on %s, although somebody has one open", async (signal) => {
    const { mounted, served, file } = await rig();
    const started = join(mounted.home.folder, "started");
    const read = `exec 3< ${file}; touch ${started}; until ! cat <&3; do sleep 0.01; done 2>&1`;
    const user = mounted.root(`cd ${mounted.path}; ${read}`);
    await until("a reader", () => (existsSync(started) ? true : null));
    served.kill(signal);
    expect(await served.ended()).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await user).stdout).toContain("Transport endpoint is not connected");
    expect([await mounted.isMounted(), (await mounted.root(`ls ${mounted.path}`)).stdout]).toEqual([false, ""]);
  });

  it("are served by one process only", async () => {
    const { mounted, file } = await rig();
    const second = await (await mounted.files()).ended();
    expect(second).toMatchObject({ exitCode: 6, stderr: expect.stringContaining("ERR_FILES_SERVED") });
    expect((await mounted.nobody(`cat ${file}`)).stdout).toBe("1\n");
  });

  it("end with their unmounting by somebody else", async () => {
    const { mounted, served } = await rig();
    await mounted.root(`umount ${mounted.path}`);
    expect(await served.ended()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("need root", async () => {
    const mounted = new MountedFiles();
    const ended = await (await mounted.filesAsNobody()).ended();
    expect(ended).toMatchObject({ exitCode: 5, stderr: expect.stringContaining("ERR_PERMISSION") });
  });
});

describe.skipIf(!hasFuse() || !existsSync(DEVICE))("the driver's files at a place in sysfs", () => {
  it("are beside the device's own, which stay the same", async () => {
    const mounted = new MountedFiles(`${DEVICE}/selfballoon`);
    await mounted.daemon();
    const before = (await mounted.root(`cd ${DEVICE}; ls; cat current_clocksource; readlink -f subsystem`)).stdout;
    const served = await mounted.serve();
    const during = await mounted.root(`cd ${DEVICE}; ls; cat current_clocksource; readlink -f subsystem; ls power`);
    expect(during.stdout.split("\n").filter((line) => line !== "selfballoon")).toEqual(
      expect.arrayContaining(before.trim().split("\n")),
    );
    expect((await mounted.nobody(`cat ${mounted.at(INTERVAL)}`)).stdout).toBe("1\n");
    served.kill("SIGTERM");
    expect(await served.ended()).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await mounted.root(`cd ${DEVICE}; ls; cat current_clocksource; readlink -f subsystem`)).stdout).toBe(
      before,
    );
    expect(await mounted.isMounted()).toBe(false);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain("selfballoon-files:");
  });

  it.skipIf(!existsSync("/usr/bin/systemd-tmpfiles"))("are written and given to others by tmpfiles.d", async () => {
    const mounted = new MountedFiles(`${DEVICE}/selfballoon`);
    await mounted.daemon();
    await mounted.serve();
    const rules = [`w ${mounted.at(INTERVAL)} - - - - 42`, `z ${mounted.at("selfballooning")} 0664 root daemon`];
    const config = join(mounted.home.folder, "tmpfiles.conf");
    writeFileSync(config, `${rules.join("\n")}\n`);
    const played = await mounted.root(`systemd-tmpfiles --create --prefix=${mounted.path} ${config}`);
    expect(played).toMatchObject({ exitCode: 0, stderr: "" });
    const { stdout } = await mounted.root(`cd ${mounted.path}; cat ${INTERVAL}; stat -c '%a %G' selfballooning`);
    expect(stdout).toBe("42\n664 daemon\n");
  });

  it("are there again after their process was killed, on a single cover", async () => {
    const mounted = new MountedFiles(`${DEVICE}/selfballoon`);
    await mounted.daemon();
    const first = await mounted.serve();
    const mounts = async (): Promise<string> => (await mounted.root(`grep -c ${DEVICE} /proc/self/mountinfo`)).stdout;
    const before = await mounts();
    first.kill("SIGKILL");
    await first.ended();
    const second = await mounted.serve();
    expect([await mounts(), (await mounted.nobody(`cat ${mounted.at(INTERVAL)}`)).stdout]).toEqual([before, "1\n"]);
    second.kill("SIGTERM");
    await second.ended();
    expect(await mounts()).toBe("0\n");
  });
});
