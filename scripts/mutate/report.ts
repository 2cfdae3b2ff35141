import { z } from "zod";

const PLACE = z.object({ line: z.number(), column: z.number() });

/** What is read of a report in the mutation-testing-elements format: each change, and what the tests said of it. */
export const REPORT = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          replacement: z.string().optional(),
          /** Killed, Timeout, Survived, NoCoverage, Ignored, CompileError, RuntimeError */
          status: z.string(),
          location: z.object({ start: PLACE, end: PLACE }),
        }),
      ),
    }),
  ),
});

export type Report = z.infer<typeof REPORT>;
