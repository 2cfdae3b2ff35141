// Changes the source one place at a time and counts the changes that a test notices: `npm run mutate`. What it says of each
// room is told on stdout, progress on stderr; its reports are left in .cache/mutation.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { hintFor } from "../src/config/nearest.ts";
import { allSources, patternOf, ROOMS_WITH_A_GOAL, roomOf } from "./mutate/places.ts";
import { describeScore, scoreOf } from "./mutate/score.ts";
import { mutate } from "./mutate/stryker.ts";

const HELP = `usage: npm run mutate -- [PLACE]... [--every N] [--jobs N]

Changes the source one place at a time and runs the tests of its room against each change. Says for each room how many changes
a test noticed, and lists those that none did. A PLACE is a room, a folder or a file of src/; without one it takes
${ROOMS_WITH_A_GOAL.join(", ")}. At first it installs what it needs, into test/mutation.

  npm run mutate                               all four: hours
  npm run mutate -- core/guard                 a folder: minutes
  npm run mutate -- src/core/guest/floor.ts    a file
  npm run mutate -- api daemon --jobs 2        two rooms, with two changes at a time
  npm run mutate -- backends --every 3         a sample: every third function

  --every N  of so many functions one is changed; 1, each of them, otherwise
  --jobs N   how many changes are put to the test at once; all processors but one otherwise`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: "string", default: String(Math.max(1, availableParallelism() - 1)) },
    every: { type: "string", default: "1" },
    help: { type: "boolean", short: "h", default: false },
  },
});

function refuse(problem: string): never {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(2);
}

function countOf(name: "jobs" | "every"): number {
  const count = Number(values[name]);
  if (!Number.isSafeInteger(count) || count < 1) refuse(`--${name} takes a whole number from 1, not ${values[name]}`);
  return count;
}

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [jobs, every] = [countOf("jobs"), countOf("every")];

const sources = allSources();
const places = (positionals.length === 0 ? ROOMS_WITH_A_GOAL : positionals).map((word) =>
  word.replace(/^src\//, "").replace(/\/$/, ""),
);
for (const place of places) {
  if (!sources.includes(place)) refuse(`there is nothing to change at src/${place}${hintFor(place, sources)}`);
}

for (const room of new Set(places.map(roomOf))) {
  const own = places.filter((place) => roomOf(place) === room);
  const score = scoreOf(mutate(room, own.map(patternOf), jobs, every));
  console.log(describeScore(own.join(", "), score, every));
}
