import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The room whose source is changed; scripts/mutate/stryker.ts says which. Its own tests must notice. */
const room = process.env["MUTATED_ROOM"] ?? "*";

/** What backends promise is proven by one set of tests for all of them. */
const OTHER_TESTS: Readonly<Record<string, readonly string[]>> = { backends: ["test/contract/*.test.ts"] };

/** A change is noticed by the first test that fails: what proves one rule comes before what plays many. */
class UnitsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.includes("/test/unit/") && basename(moduleId) !== "react.test.ts" ? 0 : 1;
    return files.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: [`test/{unit,property}/${room}/**/*.test.ts`, ...(OTHER_TESTS[room] ?? [])],
    setupFiles: ["test/mutation/threads.ts"],
    // What waits for what a change has taken away has noticed it; the slowest takes six seconds.
    testTimeout: 12_000,
    hookTimeout: 12_000,
    // As in a run of all tests: a world of its own for each file takes most of the time.
    isolate: false,
    sequence: { sequencer: UnitsFirst },
  },
});
