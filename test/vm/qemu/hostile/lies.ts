/** What an agent is asked, with what an honest one would answer to it. */
export interface Question {
  readonly command: string;
  /** The value of `return`. */
  readonly honest: unknown;
}

/** One way to lie, told for some seconds. What is left out is honest. */
export interface Lie {
  readonly name: string;
  /** For so long at the least. */
  readonly seconds: number;
  /** What a file says, by what it says in truth; `nth` counts its readings since the lie began. */
  readonly text?: (path: string, honest: string, nth: number) => string;
  /** What is said to a question, in pieces; none: nothing. */
  readonly answer?: (question: Question) => readonly string[];
  /** What is said at each turn without being asked, once something was. */
  readonly unasked?: () => string;
  /** How long to wait after each piece, in ms. */
  readonly dripMs?: number;
  /** Closes and opens its port so often in a second. */
  readonly reopensPerS?: number;
}

/** What an agent's answer looks like; before that to `guest-sync-delimited` stands a byte 0xFF. */
export function lineOf({ command }: Pick<Question, "command">, message: unknown): string {
  return `${command === "guest-sync-delimited" ? "\xff" : ""}${JSON.stringify(message)}\n`;
}

const MIB_KIB = 1024;
const PART_BYTES = 524_288;
const DEEP = 100_000;
const USUAL_SECONDS = 1;
/** Ten readings in a row make a claim a certain lie: so long, and something more. */
const CLAIM_SECONDS = 14;

const said = (question: Question, value: unknown): string => lineOf(question, { return: value });
const honestly = (question: Question): readonly string[] => [said(question, question.honest)];

/** Lies about what a file says. */
function of(path: string, name: string, change: (honest: string, nth: number) => string): Lie {
  const text = (at: string, honest: string, nth: number): string => (at === path ? change(honest, nth) : honest);
  return { name, seconds: USUAL_SECONDS, text };
}

const meminfo = (name: string, change: (honest: string, nth: number) => string): Lie =>
  of("/proc/meminfo", name, change);

/** Lies about what is in a file that is read. */
function answering(name: string, command: string, answer: (question: Question) => readonly string[]): Lie {
  const lie = (question: Question): readonly string[] =>
    question.command === command ? answer(question) : honestly(question);
  return { name, seconds: USUAL_SECONDS, answer: lie };
}

/** Every number of the text by this rule, name by name. */
function numbers(text: string, rule: (name: string, value: number) => number | string): string {
  return text.replace(/^(\S+?)(:?\s+)(\d+)/gm, (_, name: string, gap: string, value: string) => {
    return `${name}${gap}${rule(name, Number(value))}`;
  });
}

function totalOf(text: string): number {
  return Number(/^MemTotal:\s+(\d+)/m.exec(text)?.[1] ?? 0);
}

/** A guest that says that it needs all that there is, in every file that is asked for. */
function claimsEverything(path: string, honest: string, nth: number): string {
  const total = totalOf(honest);
  if (path === "/proc/meminfo") {
    const claims: Readonly<Record<string, number>> = {
      MemFree: 0,
      MemAvailable: 0,
      Cached: 0,
      Committed_AS: total * 8,
    };
    return numbers(honest, (name, value) => claims[name] ?? value);
  }
  if (path === "/proc/vmstat") {
    const rising = new Set(["oom_kill", "allocstall_normal", "allocstall_movable", "workingset_refault_file"]);
    return numbers(honest, (name, value) => (rising.has(name) ? value + 1000 * (nth + 1) : value));
  }
  return path === "/proc/pressure/memory" ? honest.replace(/avg10=\S+/g, "avg10=99.99") : honest;
}

const junk = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(Math.floor(Math.random() * 256))).join("");

/** All lies, in the order in which they are told. */
export const LIES: readonly Lie[] = [
  meminfo("a total below nothing", (text) => numbers(text, (name, value) => (name === "MemTotal" ? "-1" : value))),
  meminfo("a total of 2^64 - 1", (text) => numbers(text, () => "18446744073709551615")),
  meminfo("four times the machine", (text) => numbers(text, (_, value) => value * 4)),
  meminfo("more available than there is", (text) =>
    numbers(text, (name, value) => (name === "MemAvailable" ? totalOf(text) + MIB_KIB : value)),
  ),
  meminfo("all of it available", (text) => {
    const total = totalOf(text);
    const free: Readonly<Record<string, number>> = { MemFree: total, MemAvailable: total, Committed_AS: 0 };
    return numbers(text, (name, value) => free[name] ?? value);
  }),
  meminfo("half of a file", (text) => text.slice(0, text.length / 2)),
  meminfo("noise for a file", () => junk(4096)),
  meminfo("another size each time", (text, nth) => numbers(text, (_, value) => (nth % 2 === 0 ? value : value >> 1))),
  { name: "a need of everything", seconds: CLAIM_SECONDS, text: claimsEverything },
  of("/proc/zoneinfo", "a reserve of everything", (text) =>
    text
      .replace(/^(\s+(?:min|low|high)\s+)\d+/gm, "$1999999999")
      .replace(/protection: \(.*\)/g, "protection: (9999999)"),
  ),
  of("/proc/zoneinfo", "noise for zones", () => junk(60_000)),
  of("/proc/vmstat", "counters that go back", (text, nth) => numbers(text, () => Math.max(0, 1000 - nth))),
  of("/proc/self/auxv", "pages of another size", () => junk(320)),
  { name: "no JSON", seconds: USUAL_SECONDS, answer: () => ['{"return": nonsense\u001b[2J\n', "\x00\xff\xfe}\n"] },
  answering("another's number", "guest-sync-delimited", (question) => [said(question, Number(question.honest) + 1)]),
  { name: "no answer", seconds: USUAL_SECONDS, answer: () => [] },
  answering("half an answer", "guest-file-read", (question) => [said(question, question.honest).slice(0, 40)]),
  answering("every answer twice", "guest-file-seek", (question) => [...honestly(question), ...honestly(question)]),
  answering("ever more of a file", "guest-file-read", (question) => [
    said(question, { count: PART_BYTES, "buf-b64": Buffer.alloc(PART_BYTES, "A").toString("base64"), eof: false }),
  ]),
  answering("4 MiB at once", "guest-file-read", (question) => [
    said(question, { count: 1, "buf-b64": "A".repeat(4 * 1024 * 1024), eof: true }),
  ]),
  answering("deep JSON", "guest-file-read", () => [`{"return":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}\n`]),
  answering("handles that are none", "guest-file-open", (question) => [said(question, -Number.MAX_SAFE_INTEGER)]),
  answering("errors in colours", "guest-file-open", (question) => [
    lineOf(question, { error: { class: "__proto__", desc: "\u001b[31m\nselfballoon: fatal: \u202egnp.*" } }),
  ]),
  answering("handles that hang", "guest-file-close", () => []),
  {
    ...answering("a byte at a time", "guest-file-read", (question) => [...said(question, question.honest)]),
    dripMs: 100,
  },
  { name: "answers without end", seconds: 3, unasked: () => '{"return": {}}\n'.repeat(8192) },
  { name: "a line without end", seconds: 3, answer: () => [], unasked: () => "A".repeat(262_144) },
  { name: "a port that opens and closes", seconds: 3, reopensPerS: 20 },
];
