import { defineConfig } from "vitest/config";
import { PATIENCE_MS } from "./test/support/patience.ts";

/** Tests whose guests are judged by what they left or came to, not by how fast: two of them at a time change nothing. */
const PLAYED = [
  "test/vm/xen/{daemon,files,save,smoke,xenstore}.test.ts",
  "test/vm/qemu/{libvirt-life,package,tarball}.test.ts",
];

/** Tests that take too long for every run: `npx vitest run --project long`. */
const LONG = ["test/vm/qemu/hostile.test.ts"];

// A limit for what hangs though each of its parts has one; a whole scenario is played in a hook.
const GUEST_LIMITS = { testTimeout: 600_000, hookTimeout: 1_800_000 };

// A limit for what is waited for and does not come; vitest's own is one second, which a slow machine takes for nothing.
const WAITS = { expect: { poll: { timeout: PATIENCE_MS } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          ...WAITS,
          include: ["test/{unit,property,scenario,contract,e2e,packaging}/**/*.test.ts"],
          globalSetup: "test/support/build.ts",
          // A limit for what hangs, not a measure: beside other work a test takes many times as long.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Tests of the built command mostly wait for it.
          maxWorkers: 4,
          // A world of its own for each file takes most of the time. Tests put back what they change at their end.
          isolate: false,
        },
      },
      {
        test: {
          // Whole fleets, a test at a time: each is as much as the machine can do.
          name: "fleet",
          include: ["test/fleet/**/*.test.ts"],
          globalSetup: "test/support/build.ts",
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "browser",
          ...WAITS,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/support/build.ts",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "vm-played",
          ...WAITS,
          include: PLAYED,
          ...GUEST_LIMITS,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "vm",
          ...WAITS,
          include: ["test/vm/**/*.test.ts"],
          exclude: [...PLAYED, ...LONG],
          ...GUEST_LIMITS,
          // The others are talked to while they run, and some are judged by how fast they are.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "long",
          ...WAITS,
          include: LONG,
          ...GUEST_LIMITS,
          fileParallelism: false,
        },
      },
    ],
  },
});
