import { Player } from "../../src/cli/replay/player.ts";
import type { Decision } from "../../src/core/decision.ts";
import { NEEDED_READINGS, type Observation, OPTIONAL_READINGS } from "../../src/core/observation.ts";
import { PAGE_SIZES_BYTES } from "../../src/formats/page-size.ts";
import { MAX_RECORDING_LINE_LENGTH } from "../../src/formats/recording.ts";
import { formatObservation, type RecordedStep } from "../../src/formats/recording-writer.ts";
import { code, fence, list, type Page, page, table } from "./markdown.ts";

const OBSERVATION: Readonly<Record<keyof Observation, string>> = {
  t: "when, in seconds; the guard judges rates and waits by it, the law does not",
  guest: "the guest's name, 1 to 256 characters",
  pageBytes: `size of a page: ${PAGE_SIZES_BYTES.join(", ")}`,
  totalramPages: "RAM that the guest's kernel owns now, the balloon taken off",
  committedPages: "committed address space (`Committed_AS`); a negative one counts as 0",
  totalreservePages: "what the kernel keeps for itself",
  frontswapPages: "pages held in compressed swap; null where there is none",
  maxPfn: "one past the highest page frame",
  balloonCurrentPages: "what the balloon says that the guest has",
  balloonMaxPages: "the most that the balloon may be asked for now; without it `maxPfn` is the bound",
  availablePages: "`MemAvailable`",
  freePages: "`MemFree`",
  psiSomeTotalUs: "microseconds since boot in which some task stalled on memory",
  psiFullTotalUs: "microseconds since boot in which all tasks stalled on memory",
  refaultPages: "pages read back soon after they were evicted, since boot",
  swapInPages: "pages read from swap since boot",
  swapOutPages: "pages written to swap since boot",
  swapTotalPages: "all the swap that there is, used or not",
  oomKills: "processes that the OOM killer ended since boot",
  allocStalls: "allocations that had to reclaim memory themselves, since boot",
};

const DECISION: Readonly<Record<Exclude<keyof Decision, "headroomPages">, string>> = {
  t: "the observation's",
  guest: "the observation's",
  goalPages:
    "where the target is heading; null if selfballooning is off or a reading is missing, as are the next three",
  floorPages: "the least that the target may be",
  targetPages: "the RAM that the guest should have after this step",
  balloonTargetPages: "what is handed to the balloon",
  frontswapTargetPages: "pages that may stay in compressed swap; null if nothing is set",
  reason: "one of the [reasons](reasons.md#reasons)",
  clamps: "a list of [clamps](reasons.md#clamps)",
};

/** What the line's `step` adds to the decision. */
const STEP: Readonly<Record<Exclude<keyof RecordedStep, "decision">, string>> = {
  atMs: "when, in ms since 1970",
  gap: "true if nothing is known of the time since the guest's line before, as at its first one; else left out",
  moves: "targets that were handed to the balloon since the guest's line before, this one's included",
};

/** An idle guest of 512 MiB, as the simulated host has one. */
const EXAMPLE: Observation = {
  ...{ t: 5, guest: "idle", pageBytes: 4096, totalramPages: 119_296, committedPages: 43_008, totalreservePages: 1484 },
  ...{ frontswapPages: 0, maxPfn: 131_072, balloonCurrentPages: 131_072, balloonMaxPages: 131_072 },
  ...{ availablePages: 97_595, freePages: null, psiSomeTotalUs: null, psiFullTotalUs: null, refaultPages: null },
  ...{ swapInPages: null, swapOutPages: null, swapTotalPages: null, oomKills: 0, allocStalls: null },
};

/** docs/reference/recording.md: what `record` writes, and `replay` reads and answers. */
export function recordingPage(): Page {
  return page("recording.md", [
    "# Recordings",
    "JSON lines: an observation or a write of tunables a line, in order. `selfballoon record FILE` appends them, " +
      "`selfballoon replay FILE` answers each line with one. `replay -` reads standard input and answers every line at once.",
    fence("jsonl", exampleLines().join("\n")),
    "is answered with",
    fence("jsonl", exampleAnswers().join("\n")),
    "## Observation",
    table(["field", "", "meaning"], observationRows()),
    "## Step",
    "Lines that a daemon wrote, for `record` or into its [history](../guides/history.md), also have `step`: what was decided then, with `goalPages` " +
      "to `clamps` as in a [decision](#decision), and:",
    table(
      ["field", "meaning"],
      Object.entries(STEP).map(([name, meaning]) => [code(name), meaning]),
    ),
    "A replay decides again, and does not look at it but with `--check`. A step that can't be read counts as none.",
    "## Recordings that replay exactly",
    "What `record` writes beside a daemon holds all that its decisions depended on. It begins with a line " +
      '`{"recording":2,"selfballoon":VERSION,...}` and a line `{"remembered":{...}}` for each guest: what was remembered then. Each observation also has ' +
      "`exact`: its turn (its place among all that changed what a decision can depend on), the monotonic time, why the guest was read, what its process held, " +
      'whether the target was taken, and what of the guest\'s tunables, terms and pause differs from its line before. Lines `{"event":{...}}` say what happened ' +
      "besides: guests found and removed, sizes, rises of demand, memory that was given back, faults, writes, settings of single guests, pauses, other rules of the host, looks at its own memory. They are answered " +
      'with `{"noted":KIND}`.',
    "`replay --check FILE` plays it to the same core that the daemon asked, says the first decision that comes out otherwise, and in what, and ends with 1; with 2 if " +
      'a line is missing. A line `{"recording":2,...}` in the middle begins a new recording.',
    "## Write of tunables",
    '`{"set":{NAME:"VALUE"}}`; it is answered with `{"set":{NAME:ANSWER}}`, where each answer is `"ok"`, `"EINVAL"` or `"EPERM"`. ' +
      "The values hold for all guests from there on.",
    "## Decision",
    table(
      ["field", "meaning"],
      Object.entries(DECISION).map(([name, meaning]) => [code(name), meaning]),
    ),
    "## Rules",
    list([
      "A replay starts with the defaults of the table of [tunables](tunables.md), with compressed swap; `--set` and the writes in the recording change them.",
      "Each guest has a state of its own, fresh at its first line.",
      "A step is taken at each observation, whatever its `t`. With `guard=0` only the order of lines matters.",
      "Fields that are not known are passed over, so that later recordings can be read.",
      `A line that is neither, or is longer than ${MAX_RECORDING_LINE_LENGTH / 1024} KiB, ends the replay with ERR_RECORDING_LINE and exit code 2.`,
      "Empty lines are passed over.",
    ]),
  ]);
}

function exampleLines(): readonly string[] {
  return ['{"set":{"selfballoon_downhysteresis":"4","frontswap_inertia":"0"}}', formatObservation(EXAMPLE)];
}

function exampleAnswers(): readonly string[] {
  const replay = new Player({ policy: "driver", isChecked: false, version: "" }, []);
  return exampleLines().map((line, index) => replay.answer(line, index + 1));
}

function observationRows(): readonly (readonly string[])[] {
  const needed: readonly string[] = NEEDED_READINGS;
  const optional: readonly string[] = OPTIONAL_READINGS;
  return Object.entries(OBSERVATION).map(([name, meaning]) => {
    const rule = optional.includes(name) ? "may be left out" : needed.includes(name) ? "null: the target stays" : "";
    return [code(name), rule, meaning];
  });
}
