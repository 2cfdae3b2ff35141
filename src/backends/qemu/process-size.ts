import { closeSync, openSync, readSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { BYTES_PER_KIB } from "../../core/units.ts";
import { parseProcessId, parseResidentKib } from "../../formats/process-status.ts";
import { listeningInodes } from "../../formats/unix-sockets.ts";
import { countField, isJsonObject } from "../host/json.ts";
import { isCountedResident } from "./hindrances.ts";
import { answerIfAny } from "./machine.ts";
import type { QmpClient } from "./qmp.ts";

/** Most descriptors of a process that are looked through for its socket. */
const MAX_DESCRIPTORS = 4096;

/** The lines of memory are in the first half of `/proc/PID/status`, which has 1.5 KiB. */
const STATUS = Buffer.allocUnsafe(8192);

/**
 * What the process behind a QMP socket holds of this machine's memory. The machine says which process it is, and is
 * believed where the kernel says that this process listens at the socket. Null where that can't be seen: without the
 * permission to look at another user's processes, or from another namespace.
 */
export class ProcessSize {
  private readonly qmp: QmpClient;
  private readonly path: string;
  private owner: Promise<number | null> | null = null;

  /** @param path the QMP socket. */
  constructor(qmp: QmpClient, path: string) {
    this.qmp = qmp;
    this.path = path;
  }

  /** Another process may answer from now on. */
  forget(): void {
    this.owner = null;
  }

  /** What is resident of it, in bytes. @throws what QMP throws. */
  async readBytes(): Promise<number | null> {
    this.owner ??= this.findOwner();
    const pid = await this.owner.catch((thrown: unknown) => {
      this.owner = null;
      throw thrown;
    });
    if (pid === null) return null;
    const kib = parseResidentKib(statusOf(pid));
    return kib === null ? null : kib * BYTES_PER_KIB;
  }

  private async findOwner(): Promise<number | null> {
    const [processors, isCounted] = await Promise.all([
      answerIfAny(this.qmp, "query-cpus-fast", null),
      isCountedResident(this.qmp),
    ]);
    const [first] = Array.isArray(processors) ? processors : [];
    const thread = isJsonObject(first) ? countField(first, "thread-id") : null;
    if (thread === null || !isCounted) return null;
    const pid = parseProcessId(statusOf(thread));
    return pid !== null && (await listensAt(pid, this.path)) ? pid : null;
  }
}

/** Whether the process has a socket that listens at `path`, by the kernel's word. */
async function listensAt(pid: number, path: string): Promise<boolean> {
  try {
    const folder = `/proc/${pid}/fd`;
    // The sockets of its network: ours may be another, as the unit has it.
    const sockets = listeningInodes(await readFile(`/proc/${pid}/net/unix`, "latin1"), path);
    const descriptors = (await readdir(folder)).slice(0, MAX_DESCRIPTORS);
    // One that was closed meanwhile is not the one.
    const links = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
    return sockets.some((inode) => links.includes(`socket:[${inode}]`));
  } catch {
    return false;
  }
}

/** The start of `/proc/PID/status`; empty if it can't be read. Read at each step, so without the detour of a promise. */
function statusOf(pid: number): string {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(`/proc/${pid}/status`, "r");
    return STATUS.toString("latin1", 0, readSync(descriptor, STATUS, 0, STATUS.length, 0));
  } catch {
    return "";
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
