import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { countField, isJsonObject, type JsonObject, textField } from "../host/json.ts";
import { answerIfAny } from "./machine.ts";
import type { QmpCommands } from "./qmp.ts";
import { type RunState, runState } from "./run-state.ts";

/** What QEMU itself knows of a machine, and what changes seldom. */
export interface Vitals {
  readonly state: RunState;
  /** The most that the balloon can leave: what the machine was built with, and its DIMMs. */
  readonly maximumBytes: number;
  /** Memory that the guest has and that the balloon does not count, such as virtio-mem. */
  readonly unballoonedBytes: number;
}

/** Events after which the vitals may be others (QEMU, qapi/run-state.json, migration.json, machine.json and acpi.json). */
export const VITAL_EVENTS: ReadonlySet<string> = new Set([
  "STOP",
  "RESUME",
  "RESET",
  "SHUTDOWN",
  "SUSPEND",
  "WAKEUP",
  "GUEST_PANICKED",
  "MIGRATION",
  "DEVICE_DELETED",
  "MEMORY_DEVICE_SIZE_CHANGE",
  "ACPI_DEVICE_OST",
]);

/** Read the vitals; the commands go out together. */
export async function readVitals(qmp: QmpCommands): Promise<Vitals> {
  const [status, migration, memory, devices] = await Promise.all([
    qmp.execute("query-status", null),
    answerIfAny(qmp, "query-migrate", null),
    qmp.execute("query-memory-size-summary", null),
    answerIfAny(qmp, "query-memory-devices", null),
  ]);
  const baseBytes = requiredCount("query-memory-size-summary", "base-memory", memory);
  const { dimmBytes, otherBytes } = pluggedMemory(devices);
  return {
    state: runState(textField(object(status), "status") ?? "unknown", textField(object(migration), "status")),
    maximumBytes: baseBytes + dimmBytes,
    unballoonedBytes: otherBytes,
  };
}

/** The memory that the guest has now. */
export async function readBalloonBytes(qmp: QmpCommands): Promise<number> {
  return requiredCount("query-balloon", "actual", await qmp.execute("query-balloon", null));
}

/** Plugged memory of files on the host, a disk to the guest, and enclaves, which are no memory of the host's. */
const NO_MEMORY: ReadonlySet<string> = new Set(["nvdimm", "virtio-pmem", "sgx-epc"]);

/**
 * Plugged memory: the balloon counts DIMMs and nothing else (QEMU, hw/virtio/virtio-balloon.c, get_current_ram_size),
 * and whatever else is not known to be no memory is the guest's. Of hv-balloon there is the most that it can be alone. A
 * machine that knows no such command has none.
 */
function pluggedMemory(reply: unknown): { readonly dimmBytes: number; readonly otherBytes: number } {
  const command = "query-memory-devices";
  if (reply === null) return { dimmBytes: 0, otherBytes: 0 };
  if (!Array.isArray(reply)) throw lacking(command, "a list of devices");
  let dimmBytes = 0;
  let otherBytes = 0;
  for (const device of reply.map(object)) {
    const type = textField(device, "type") ?? "";
    if (NO_MEMORY.has(type)) continue;
    const { data } = device;
    const mostBytes = type === "hv-balloon" ? countField(object(data), "max-size") : null;
    const bytes = mostBytes ?? requiredCount(command, "size", data);
    if (type === "dimm") dimmBytes += bytes;
    else otherBytes += bytes;
  }
  return { dimmBytes, otherBytes };
}

function object(reply: unknown): JsonObject {
  return isJsonObject(reply) ? reply : {};
}

function requiredCount(command: string, field: string, reply: unknown): number {
  const bytes = countField(object(reply), field);
  if (bytes === null) throw lacking(command, `a number of bytes as ${field}`);
  return bytes;
}

function lacking(command: string, expected: string): SelfballoonError {
  return selfballoonError("ERR_FORMAT", { what: `QEMU's answer to ${command}`, expected, problem: "it does not" });
}
