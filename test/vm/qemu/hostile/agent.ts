import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LIES, type Lie, lineOf, type Question } from "./lies.ts";

// The agent of a hostile guest, which runs in it in the place of qemu-ga: `node agent.mjs [FIRST [COUNT]]` tells that
// many lies from the one of that number, with the truth between some of them, and says at the end how often each was told.

const PORT = "/dev/virtio-ports/org.qemu.guest_agent.0";
const TURN_MS = 10;
/** Each lie is told so often, unless nobody asks for it for so long. */
const TIMES = 2;
const MAX_SECONDS = 8;
/** The truth is told before each lie that this divides. */
const HONEST_EACH = 3;
const HONEST: Lie = { name: "the truth", seconds: 1 };
/** What may wait to be taken: more than a socket's buffer holds. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

interface OpenFile {
  readonly path: string;
  text: string;
  at: number;
}

/** What was said of a lie: how often it was asked for anything, and how often it was told. */
interface Told {
  readonly lie: string;
  readonly questions: number;
  readonly times: number;
}

const files = new Map<number, OpenFile>();
const readings = new Map<string, number>();
/** How often a file said something else than it says. */
let changedTexts = 0;
let lastHandle = 1000;

/** What an honest agent would do and answer. */
function honestAnswer(command: string, args: Record<string, unknown>, lie: Lie): unknown {
  const handle = Number(args["handle"]);
  const file = files.get(handle);
  switch (command) {
    case "guest-sync-delimited":
      return args["id"];
    case "guest-file-open":
      lastHandle += 1;
      files.set(lastHandle, { path: String(args["path"]), text: "", at: 0 });
      return lastHandle;
    case "guest-file-seek":
      if (file !== undefined) rewind(file, lie);
      return { position: 0, eof: false };
    case "guest-file-read":
      return file === undefined ? {} : readPart(file, Number(args["count"]));
    default:
      files.delete(handle);
      return {};
  }
}

function rewind(file: OpenFile, lie: Lie): void {
  const nth = readings.get(file.path) ?? 0;
  readings.set(file.path, nth + 1);
  const honest = readFileSync(file.path, "latin1");
  file.text = lie.text === undefined ? honest : lie.text(file.path, honest, nth);
  if (file.text !== honest) changedTexts += 1;
  file.at = 0;
}

function readPart(file: OpenFile, count: number): unknown {
  const part = file.text.slice(file.at, file.at + count);
  file.at += part.length;
  return { count: part.length, "buf-b64": Buffer.from(part, "latin1").toString("base64"), eof: part.length < count };
}

function answerTo(line: string, lie: Lie): { readonly pieces: readonly string[]; readonly isLie: boolean } {
  const request = JSON.parse(line) as { execute: string; arguments?: Record<string, unknown> }; // our own daemon's
  const { execute: command, arguments: args = {} } = request;
  const before = changedTexts;
  const { handle } = args;
  if (handle !== undefined && !files.has(Number(handle))) {
    // Of the agent before us, or made up.
    const error = { class: "GenericError", desc: `handle '${String(handle)}' has not been found` };
    return { pieces: [lineOf({ command }, { error })], isLie: false };
  }
  const honest = honestAnswer(command, args, lie);
  const question: Question = { command, honest };
  const honestly = lineOf(question, { return: honest });
  const pieces = lie.answer?.(question) ?? [honestly];
  const isSaid = pieces.length !== 1 || pieces[0] !== honestly;
  return { pieces, isLie: isSaid || changedTexts > before || (lie === HONEST && command === "guest-file-read") };
}

/** Whatever a port can't do at the moment it does later. */
function unlessBusy(act: () => number): number {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && (thrown.code === "EAGAIN" || thrown.code === "EBUSY")) return -1;
    throw thrown;
  }
}

/** The port, opened for one lie. */
class Port {
  private fd = -1;
  private received = "";
  private unsent: Buffer[] = [];
  private unsentBytes = 0;

  /** The lines that came. Nobody may be connected. */
  read(): readonly string[] {
    if (this.fd < 0) this.fd = unlessBusy(() => openSync(PORT, constants.O_RDWR | constants.O_NONBLOCK));
    if (this.fd < 0) return [];
    const bytes = Buffer.alloc(65_536);
    const count = unlessBusy(() => readSync(this.fd, bytes, 0, bytes.length, null));
    if (count <= 0) return [];
    const lines = (this.received + bytes.toString("latin1", 0, count)).split("\n");
    this.received = lines.pop() ?? "";
    return lines.map((line) => line.slice(line.lastIndexOf("\xff") + 1)).filter((line) => line !== "");
  }

  say(text: string): void {
    const bytes = Buffer.from(text, "latin1");
    if (this.unsentBytes + bytes.length > MAX_UNSENT_BYTES) return;
    this.unsent.push(bytes);
    this.unsentBytes += bytes.length;
  }

  /** Write what the port takes; `most` pieces at the most. */
  flush(most: number): void {
    for (let pieces = 0; pieces < most && this.fd >= 0; pieces += 1) {
      const [first] = this.unsent;
      if (first === undefined) return;
      const count = unlessBusy(() => writeSync(this.fd, first));
      if (count < 0) return;
      this.unsentBytes -= count;
      if (count < first.length) this.unsent[0] = first.subarray(count);
      else this.unsent.shift();
    }
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
    this.received = "";
    this.unsent = [];
    this.unsentBytes = 0;
  }
}

/** Tell one lie on a port of its own: the host hears that it was opened, and asks at once. */
async function tell(lie: Lie): Promise<Told> {
  const port = new Port();
  const beganMs = performance.now();
  const seconds = (): number => (performance.now() - beganMs) / 1000;
  readings.clear();
  const told = { lie: lie.name, questions: 0, times: 0 };
  let reopened = 0;
  while (seconds() < (told.times < TIMES ? Math.max(MAX_SECONDS, lie.seconds) : lie.seconds)) {
    turn(port, lie, told);
    await sleep(lie.dripMs ?? TURN_MS);
    if (told.questions > 0 && seconds() * (lie.reopensPerS ?? 0) > reopened) {
      reopened += 1;
      told.times += 1;
      port.close();
    }
  }
  port.close();
  return told;
}

/** Hear what is asked, and say what is to be said; `told` counts. */
function turn(port: Port, lie: Lie, told: { questions: number; times: number }): void {
  for (const line of port.read()) {
    const { pieces, isLie } = answerTo(line, lie);
    for (const piece of pieces) port.say(piece);
    told.questions += 1;
    if (isLie) told.times += 1;
  }
  if (told.questions > 0 && lie.unasked !== undefined) {
    port.say(lie.unasked());
    told.times += 1;
  }
  port.flush(lie.dripMs === undefined ? Number.POSITIVE_INFINITY : 1);
}

writeFileSync("/proc/self/oom_score_adj", "-1000"); // what lies outlives what its lies bring about
const [first = 0, count = LIES.length] = process.argv.slice(2).map(Number);
for (let nth = first; nth < first + count; nth += 1) {
  const lie = LIES[nth % LIES.length] ?? HONEST;
  if (nth % HONEST_EACH === 0) await tell(HONEST);
  process.stdout.write(`${JSON.stringify(await tell(lie))}\n`);
}
