import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { claimRunFolder } from "../rig/cache.ts";
import { makeBlankDisk, makeEmptyExt4, packExt4, readExt4 } from "../rig/images.ts";
import { commandLine, type RunResult, run } from "../rig/process.ts";
import { PATIENCE_MS } from "../rig/wait.ts";
import { buildXenImages, XEN_IMAGES } from "./images.ts";
import { type Disk, KERNEL_ARGUMENTS, qemuArguments } from "./qemu.ts";

const OUT_DISK_MIB = 256;
const LOG_TAIL_LINES = 30;

export interface XenBootOptions {
  /** The run's folder below `<cache>/runs`: a scenario's name, unique among those that may run at once. */
  readonly name: string;
  /** How Xen runs the guest: paravirtualised, or with hardware page tables (emulated; about twice as slow). */
  readonly type: "pv" | "pvh";
  /** What the guest starts with, and what it can rise to by itself (plus 1 MiB) until dom0 says `xl mem-set`. */
  readonly memoryMib: number;
  /** The most that dom0 can let the guest have. */
  readonly maxMemoryMib: number;
  /** A blank disk /dev/xvdd of this size for swap; 0 for none. */
  readonly swapMib: number;
  /** Has `main.sh`, which the guest runs; the guest sees a copy of the whole, read-only, as /in. */
  readonly guestFolder: string;
  /** More files and folders to copy into /in, by the name they get there. */
  readonly guestFiles?: Readonly<Record<string, string>>;
  /** For the guest's kernel, beside the rig's own. */
  readonly kernelArguments?: string;
}

export interface XenRun {
  /** `guest died`: it went down before main.sh ended, or never came up. `timed out`: nothing was said on either console for PATIENCE_MS. */
  readonly outcome: "finished" | "timed out" | "guest died";
  /** What main.sh exited with; null unless it finished. */
  readonly exitCode: number | null;
  /** What the guest left in /out, however the run ended. */
  readonly outFolder: string;
  /** The guest's console: its kernel, and what main.sh printed. */
  readonly guestConsoleLog: string;
  /** The console of Xen and dom0. */
  readonly consoleLog: string;
  /** Holds all of the above, `relay/NUMBER.txt` for each dom0 command, and `boot.sh`, which boots the same again. */
  readonly runFolder: string;
  /** From power-on to power-off. */
  readonly durationMs: number;
}

/**
 * Boots Xen, dom0 and one guest in an emulator, runs /in/main.sh in the guest and collects what it left in /out.
 * Whatever the guest does is a result; only the rig's own trouble rejects.
 */
export async function bootXen(options: XenBootOptions): Promise<XenRun> {
  const imagesFolder = await buildXenImages();
  const runFolder = await claimRunFolder(`xen-${options.name}-${options.type}`);
  const consoleLog = join(runFolder, "console.log");
  const outImage = join(runFolder, "out.img");
  const disks = await prepareRun(options, imagesFolder, runFolder, outImage);
  const machine = { imagesFolder, runFolder, consoleLog, guestMaxMemoryMib: options.maxMemoryMib, disks };
  const args = qemuArguments(machine);
  await writeFile(join(runFolder, "boot.sh"), `#!/bin/sh\nexec ${commandLine("qemu-system-x86_64", args)}\n`);

  const guestConsoleLog = join(runFolder, "consoles", "guest-guest.log");
  const signsOfLife = [consoleLog, guestConsoleLog];
  const result = await run("qemu-system-x86_64", args, { deadlineMs: PATIENCE_MS, signsOfLife });
  if (!result.timedOut && result.exitCode !== 0) throw new Error(describeQemuFailure(result, runFolder));

  const outFolder = join(runFolder, "out");
  await readExt4(outImage, outFolder);
  const exitCode = await readExitCode(outFolder);
  const outcome = exitCode !== null ? "finished" : result.timedOut ? "timed out" : "guest died";
  if (exitCode === 0) await removeDisks(runFolder, disks);
  return { outcome, exitCode, outFolder, guestConsoleLog, consoleLog, runFolder, durationMs: result.durationMs };
}

/** How the run went, for an assertion's message: the outcome, the last lines of both consoles, how to replay it. */
export async function explainRun(xenRun: XenRun): Promise<string> {
  const code = xenRun.exitCode === null ? "" : `, main.sh exited with ${xenRun.exitCode}`;
  return [
    `the run of the Xen guest: ${xenRun.outcome}${code}, after ${Math.round(xenRun.durationMs / 1000)} s`,
    `--- end of ${xenRun.guestConsoleLog}`,
    await tailOf(xenRun.guestConsoleLog),
    `--- end of ${xenRun.consoleLog}`,
    await tailOf(xenRun.consoleLog),
    `--- replay (the disks are kept unless main.sh exited with 0): sh ${join(xenRun.runFolder, "boot.sh")}`,
  ].join("\n");
}

/** Lays out the run's folder and makes its disks, in the order of /dev/vda, vdb... in dom0 and xvda, xvdb... beyond. */
async function prepareRun(
  options: XenBootOptions,
  imagesFolder: string,
  runFolder: string,
  outImage: string,
): Promise<Disk[]> {
  const inFolder = join(runFolder, "in");
  await cp(options.guestFolder, inFolder, { recursive: true });
  for (const [name, source] of Object.entries(options.guestFiles ?? {})) {
    await cp(source, join(inFolder, name), { recursive: true });
  }
  for (const folder of ["consoles", "relay"]) await mkdir(join(runFolder, folder));
  const inImage = join(runFolder, "in.img");
  await packExt4(inFolder, inImage);
  await makeEmptyExt4(outImage, OUT_DISK_MIB);
  const disks: Disk[] = [
    { file: join(imagesFolder, XEN_IMAGES.guestRoot), readOnly: true },
    { file: inImage, readOnly: true },
    { file: outImage, readOnly: false },
  ];
  if (options.swapMib > 0) {
    const swapImage = join(runFolder, "swap.img");
    await makeBlankDisk(swapImage, options.swapMib);
    disks.push({ file: swapImage, readOnly: false });
  }
  await writeFile(join(runFolder, "domU.cfg"), guestConfig(options, disks));
  return disks;
}

/** The guest as `xl` wants it described; paths are those of dom0. */
function guestConfig(options: XenBootOptions, disks: readonly Disk[]): string {
  const letters = "abcd";
  const diskLines = disks.map(({ readOnly }, index) => {
    const letter = letters.charAt(index);
    return `"phy:/dev/vd${letter},xvd${letter},${readOnly ? "r" : "w"}"`;
  });
  return `name = "guest"
type = "${options.type}"
kernel = "/images/${XEN_IMAGES.kernel}"
ramdisk = "/images/${XEN_IMAGES.guestInitramfs}"
extra = "${KERNEL_ARGUMENTS} ${options.kernelArguments ?? ""}"
memory = ${options.memoryMib}
maxmem = ${options.maxMemoryMib}
vcpus = 1
disk = [${diskLines.join(", ")}]
on_poweroff = "destroy"
on_reboot = "destroy"
on_crash = "destroy"
`;
}

async function readExitCode(outFolder: string): Promise<number | null> {
  const text = await readFile(join(outFolder, ".exit-code"), "utf8").catch(() => "");
  return text === "" ? null : Number(text);
}

/** Only those made for this run: the root disk belongs to the images. */
async function removeDisks(runFolder: string, disks: readonly Disk[]): Promise<void> {
  for (const { file } of disks) if (file.startsWith(runFolder)) await rm(file);
}

async function tailOf(file: string): Promise<string> {
  const text = await readFile(file, "latin1").catch(() => "(no such file)");
  return text.replaceAll("\r", "").trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
}

function describeQemuFailure(result: RunResult, runFolder: string): string {
  const code = result.exitCode ?? "a signal";
  return `QEMU ended with ${code}: ${result.stderr.trim()}\nreplay: sh ${join(runFolder, "boot.sh")}`;
}
