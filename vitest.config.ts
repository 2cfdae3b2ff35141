import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/{unit,property,scenario,contract,e2e,packaging}/**/*.test.ts"],
          globalSetup: "test/support/build.ts",
          // A limit for what hangs, not a measure: beside other work a test takes many times as long.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Tests of the built command mostly wait for it.
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/support/build.ts",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "vm",
          include: ["test/vm/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
