/** Whether a machine's memory may be moved now; every word but `running` says why not. */
export type RunState = "running" | "paused" | "migrating" | "shut down" | "restarting";

/** Words of query-status that belong to a migration (QEMU, qapi/run-state.json). */
const MIGRATING_STATUS = new Set(["inmigrate", "finish-migrate", "postmigrate"]);

/** Words of query-migrate that mean that no migration is going on (QEMU, qapi/migration.json). */
const NO_MIGRATION = new Set(["none", "completed", "failed", "cancelled"]);

/**
 * What the machine is doing. `migration` is null if there never was one. A word that is not known counts as a reason to
 * leave the machine alone.
 */
export function runState(status: string, migration: string | null): RunState {
  if (MIGRATING_STATUS.has(status)) return "migrating";
  if (status === "shutdown") return "shut down";
  if (migration !== null && !NO_MIGRATION.has(migration)) return "migrating";
  return status === "running" ? "running" : "paused";
}
