import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { countField, isJsonObject, type JsonObject, textField } from "../host/json.ts";
import type { QmpClient } from "./qmp.ts";
import { type RunState, runState } from "./run-state.ts";

/** What QEMU itself knows of a machine, and what changes seldom. */
export interface Vitals {
  readonly state: RunState;
  /** The memory that the machine was built for, hotplugged memory included. */
  readonly maximumBytes: number;
}

/** Events after which the vitals may be others (QEMU, qapi/run-state.json and qapi/migration.json). */
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
]);

/** Read the vitals; the commands go out together. */
export async function readVitals(qmp: QmpClient): Promise<Vitals> {
  const [status, migration, memory] = await Promise.all([
    qmp.execute("query-status", null),
    qmp.execute("query-migrate", null),
    qmp.execute("query-memory-size-summary", null),
  ]);
  const baseBytes = requiredCount("query-memory-size-summary", "base-memory", memory);
  return {
    state: runState(textField(object(status), "status") ?? "unknown", textField(object(migration), "status")),
    maximumBytes: baseBytes + (countField(object(memory), "plugged-memory") ?? 0),
  };
}

/** The memory that the guest has now. */
export async function readBalloonBytes(qmp: QmpClient): Promise<number> {
  return requiredCount("query-balloon", "actual", await qmp.execute("query-balloon", null));
}

function object(reply: unknown): JsonObject {
  return isJsonObject(reply) ? reply : {};
}

function requiredCount(command: string, field: string, reply: unknown): number {
  const bytes = countField(object(reply), field);
  if (bytes === null) throw lacking(command, field);
  return bytes;
}

function lacking(command: string, field: string): SelfballoonError {
  const expected = `a number of bytes as ${field}`;
  return selfballoonError("ERR_FORMAT", { what: `QEMU's answer to ${command}`, expected, problem: "it does not" });
}
