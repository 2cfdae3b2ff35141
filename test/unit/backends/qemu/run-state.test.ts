import { describe, expect, it } from "vitest";
import { runState } from "../../../../src/backends/qemu/run-state.ts";

describe("whether a machine's memory may be moved", () => {
  it.each([
    ["running", null, "running"],
    ["running", "none", "running"],
    ["running", "completed", "running"],
    ["running", "failed", "running"],
    ["running", "cancelled", "running"],
    ["running", "active", "migrating"],
    ["running", "postcopy-active", "migrating"],
    ["running", "a word of a later QEMU", "migrating"],
    ["inmigrate", null, "migrating"],
    ["finish-migrate", "active", "migrating"],
    ["postmigrate", "completed", "migrating"],
    ["paused", null, "paused"],
    ["guest-panicked", null, "paused"],
    ["io-error", null, "paused"],
    ["a word of a later QEMU", null, "paused"],
    ["shutdown", null, "shut down"],
  ])("with status %s and migration %s it is %s", (status, migration, state) => {
    expect(runState(status, migration)).toBe(state);
  });
});
