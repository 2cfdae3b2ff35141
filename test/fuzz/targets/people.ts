import { gzipSync } from "node:zlib";
import { createApi } from "../../../src/api/api.ts";
import { bytesOf } from "../../../src/api/handler.ts";
import { answerRequest } from "../../../src/api/routes.ts";
import { Player } from "../../../src/cli/replay/player.ts";
import { parseConfigFile } from "../../../src/config/file.ts";
import { parseListen } from "../../../src/config/listen.ts";
import { parseSet } from "../../../src/config/load.ts";
import type { Reserved } from "../../../src/core/control.ts";
import { globMatcher } from "../../../src/core/glob.ts";
import { readQuietHours } from "../../../src/core/quiet-hours.ts";
import { hostOfSubject, parseHostKey } from "../../../src/fleet/names.ts";
import { pageAnswerIn, pageQuestionIn } from "../../../src/fleet/page-wire.ts";
import { fleetWishIn } from "../../../src/fleet/service/reservations.ts";
import { settingsWishIn } from "../../../src/fleet/service/settings.ts";
import {
  decodeDocument,
  encodeDocument,
  formatKeptDocuments,
  parseKeptDocuments,
} from "../../../src/fleet/settings-wire.ts";
import { decode, type MessageName } from "../../../src/fleet/wire.ts";
import { answerIn, questionIn } from "../../../src/fleet/wish-wire.ts";
import { HistoryLines } from "../../../src/formats/history-lines.ts";
import { formatKeptGuestSettings, parseKeptGuestSettings } from "../../../src/formats/kept-guest-settings.ts";
import { formatKeptReservations, parseKeptReservations } from "../../../src/formats/kept-reservations.ts";
import { LineSplitter } from "../../../src/formats/line-splitter.ts";
import { MAX_RECORDING_LINE_LENGTH, parseRecordingLine } from "../../../src/formats/recording.ts";
import { formatObservation, formatSet, formatStep } from "../../../src/formats/recording-writer.ts";
import { parseHostPoints } from "../../../src/history/host-file.ts";
import { parseTrace } from "../../../src/sim/trace.ts";
import { ScriptedControl } from "../../support/control.ts";
import { readFixture } from "../../support/fixtures.ts";
import { guestStatus, stepRecord } from "../../support/guest-records.ts";
import { requireNumbers } from "../judge.ts";
import { bytesTarget, type Target, textTarget } from "../target.ts";

const recordings = readFixture("validation/recording.jsonl").split("\n").slice(0, 3);
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));

const WIRE: readonly MessageName[] = ["state", "guests", "changes", "records"];
const HEAD = { v: 1, host: "a", at: 1000 };
const SUMS = { guests: 1, currentMb: 1, maximumMb: 2, availableMb: 1, wantedMb: 1 };

const CONFIG = `[tunables]
selfballoon_interval = 1
[backend]
kind = "qemu"
qmp = ["/run/qemu/*.qmp"]
[host]
memory_mb = "80%"
reserve_mb = 100
take = "as_needed"
[guests."web-*"]
min_mb = 256
max_mb = 4096
weight = 10
priority = "high"
quiet_hours = ["Mon-Fri 09:00-17:00"]
[api]
listen = "127.0.0.1:7070"
`;

/** What operators write, and what we wrote ourselves and read again. */
export const PEOPLE_TARGETS: readonly Target[] = [
  textTarget(takeConfig, {
    name: "config",
    files: ["file", "issue", "schema", "nearest", "listen"]
      .map((name) => `src/config/${name}.ts`)
      .concat("src/core/quiet-hours.ts", "src/core/glob.ts"),
    seeds: [Buffer.from(CONFIG), Buffer.from(CONFIG.replaceAll("\n", "\r\n"))],
    words: [
      "[fleet]\n",
      "[law]\n",
      "[history]\n",
      "[simulated]\n",
      '[guests."',
      "memory_mb = ",
      "= [",
      "= {",
      '"""',
      "1979-05-27",
    ],
  }),
  textTarget(takeRequest, {
    name: "api",
    files: ["body", "routes", "guest-settings", "reservations", "history"].map((name) => `src/api/${name}.ts`),
    seeds: [
      'PATCH /v1/tunables\n{"selfballoon_interval": "5", "guard": null}',
      'PATCH /v1/guests/web\n{"paused": true}',
      'PATCH /v1/guests/web/settings\n{"min_mb": 100, "weight": "3", "quiet": true}',
      'POST /v1/pause\n{"guests": ["web"]}',
      'POST /v1/reservations\n{"bytes": 1048576, "guest": "new", "waitMs": 1000, "keep": true}',
      "GET /v1/guests/web/history?from=1&to=2&points=100\n",
      "DELETE /v1/reservations/0123abcd\n",
    ].map((text) => Buffer.from(text)),
    words: ["GET ", "/v1/guests/", "/settings", "/v1/host/history", "/metrics", "%2f", "\n", '{"', '": ', "__proto__"],
  }),
  textTarget(takeRecording, {
    name: "recording",
    files: ["recording", "recording-writer", "observation-schema", "line-splitter", "history-lines"].map(
      (name) => `src/formats/${name}.ts`,
    ),
    seeds: [
      Buffer.from(recordings.join("\n")),
      Buffer.from(`${recordings[0]}\n{"set":{"guard":"0","selfballoon_interval":"x"}}\n{"reset":["guard"]}\n`),
    ],
    words: ['{"set":{"', '{"reset":["', '"guest":"', '"t":', '"pageBytes":16384', '"step":', "null", "\n"],
  }),
  textTarget(takeReplay, {
    name: "replay",
    files: ["exact", "exact-lines", "exact-recording"].map((name) => `src/formats/${name}.ts`),
    seeds: [],
    words: ['"nowMs":', '"turn":', '"guest":"', '"event":{"kind":"', '"remembered":', '"exact":', "null", "\n"],
    maxBytes: 32_768,
  }),
  textTarget(takeKept, {
    name: "kept-state",
    files: [
      "src/formats/kept-guest-settings.ts",
      "src/formats/named-map.ts",
      "src/formats/kept-reservations.ts",
      "src/history/host-file.ts",
    ],
    seeds: [
      json({ guests: { web: { min_mb: 100, guard: 0, quiet: true } } }),
      json([{ atMs: 1, usedBytes: 1, availableBytes: 1, savedBytes: 1, guests: 1, gap: false }]),
      json({ reservations: [{ id: "0123abcd", guest: "web", bytes: 1, expiresAtMs: 1 }] }),
    ],
    words: ['{"guests": {"', '{"reservations": [', '"expiresAtMs": ', "__proto__"],
    // Whoever reads them has a rule for what can't be read, whatever is thrown.
    mayThrow: () => true,
  }),
  bytesTarget(takeWire, {
    name: "fleet",
    files: ["wire", "wish-wire", "page-wire", "names"].map((name) => `src/fleet/${name}.ts`),
    seeds: [
      json({
        ...HEAD,
        ...SUMS,
        leaseS: 15,
        version: "1",
        doing: "x",
        labels: {},
        budgetMb: 1,
        reserveMb: 0,
        freeMb: null,
      }),
      json({ ...HEAD, rows: [["web", 1, 1, 1, 2, 1, "ok", "in_use", null]] }),
      json({ ...HEAD, records: [{ seq: 1, atMs: 1, kind: "step", guest: "web", text: "x" }] }),
      json({ v: 1, do: "show", path: "/v1/guests", query: "after=1" }),
      json({ v: 1, host: "h1", is: "shown", body: { guests: [] } }),
      json({ is: "wish", bytes: 1, guest: "new", lifeMs: 1000 }),
    ],
    words: ['"v":1', '"standing": {', '"worst": [', '"rows": [[', '"records": [{', '"is": "', "null", "selfballoon."],
  }),
  bytesTarget(takeFleetSettings, {
    name: "fleet-settings",
    files: ["src/fleet/settings-wire.ts"],
    seeds: [
      json({ v: 1, settings: { selfballoon_interval: "5" }, guests: { "web-*": { min_mb: "256" } } }),
      json({ v: 1, documents: { all: { revision: 7, settings: { guard: "1" }, guests: {} } } }),
    ],
    words: ['{"v":1,', '"documents":{"', '"settings":{"', '"guests":{"', '"revision":', "__proto__"],
    // Whoever reads them keeps what was before, whatever is thrown.
    mayThrow: () => true,
  }),
  textTarget(fleetWishIn, {
    name: "fleet-reservations",
    files: ["body", "reservations"].map((name) => `src/fleet/service/${name}.ts`),
    seeds: [json({ bytes: 4_294_967_296, guest: "web", labels: { rack: "a1" }, waitMs: 10_000, lifeMs: 300_000 })],
    words: ['{"bytes":', '"guest":"', '"labels":{"', '"waitMs":', '"lifeMs":', "null", "__proto__"],
  }),
  textTarget(settingsWishIn, {
    name: "fleet-settings-changes",
    files: ["body", "settings"].map((name) => `src/fleet/service/${name}.ts`),
    seeds: [
      json({ scope: "rack=a1", guest: "db*", values: { min_mb: 512, guard: null }, first: "10%", watchMs: 1000 }),
      json({ scope: "host h1", values: null, revision: 7, dryRun: true }),
    ],
    words: [
      '{"scope":"',
      "host ",
      '"values":{"',
      '"first":"',
      '"guest":"',
      '"watchMs":',
      '"revision":',
      "null",
      "__proto__",
    ],
  }),
  textTarget((text) => requireNumbers(parseTrace(text), 0), {
    ...{
      name: "trace",
      files: ["src/sim/trace.ts"],
      words: ["time_s,anon_mib,cache_mib", ",committed_mib", ",", "\n"],
    },
    seeds: [Buffer.from("time_s,anon_mib,cache_mib,committed_mib\n0,100,50.5,200\n10,20,0,20\n")],
  }),
];

function takeConfig(text: string): void {
  const { api, guests = {} } = parseConfigFile(text, "a file", "nothing is changed");
  for (const pattern of Object.keys(guests)) globMatcher(pattern)("web-1");
  if (typeof api?.listen === "string") parseListen(api.listen, "a file", "nothing is changed");
  readQuietHours(text);
  parseSet(text);
}

/** A control port that never waits. */
class ReadyControl extends ScriptedControl {
  override async reserve(): Promise<Reserved> {
    const [reservation] = this.reservations();
    if (reservation === undefined) throw new Error("there is no reservation");
    return { reservation, freeBytes: 0 };
  }
}

/** `METHOD /path?query`, a newline, and the body. */
async function takeRequest(text: string): Promise<void> {
  const [head = "", ...body] = text.split("\n");
  const [method = "", target = ""] = head.split(" ");
  const [path = "", query = ""] = target.split("?");
  const control = new ReadyControl();
  control.statuses.set("web", guestStatus("web"));
  const request = { method, path, query: new URLSearchParams(query), body: body.join("\n"), privileged: true };
  const answer = await answerRequest(createApi(control, "1"), request);
  if (answer !== undefined) bytesOf(answer);
}

/** What a line says is the same again once it is written. */
function takeRecording(text: string): void {
  for (const line of new LineSplitter(MAX_RECORDING_LINE_LENGTH).push(`${text}\n`)) {
    const said = line === null || line === "" ? null : parseRecordingLine(line, 1);
    if (said?.kind === "set") requireSame(said.set, formatSet(said.set), "set");
    if (said?.kind !== "observation") continue;
    requireSame(said.observation, formatObservation(said.observation), "observation");
    if (said.step !== undefined) requireSame(said.step, formatStep(said.observation, said.step), "step");
    const record = { ...stepRecord(said.observation.guest), observation: said.observation, seq: 1, atMs: 1 };
    new HistoryLines().of(record);
  }
}

function requireSame(said: unknown, written: string, field: "set" | "observation" | "step"): void {
  const again: object = parseRecordingLine(written, 1);
  const { [field]: read } = again as Readonly<Record<string, unknown>>; // its fields differ by what it says
  if (JSON.stringify(read) !== JSON.stringify(said)) throw new Error(`${written} is read as another ${field}`);
}

function takeReplay(text: string): void {
  const player = new Player({ policy: "driver", isChecked: false, version: "1" }, []);
  for (const [nth, line] of text.split("\n").entries()) if (line !== "") player.answer(line, nth + 1);
}

/** Each file is refused by the other's parser. */
function takeKept(text: string): void {
  if (text.startsWith("[")) requireNumbers(parseHostPoints(text));
  else if (text.includes('"guests":{')) parseKeptGuestSettings(formatKeptGuestSettings(parseKeptGuestSettings(text)));
  else parseKeptReservations(formatKeptReservations(parseKeptReservations(text)));
}

function takeFleetSettings(bytes: Buffer): void {
  const text = bytes.toString("utf8");
  if (text.includes('"documents"')) parseKeptDocuments(formatKeptDocuments(parseKeptDocuments(text)));
  else decodeDocument(encodeDocument(decodeDocument(bytes)));
}

async function takeWire(bytes: Buffer): Promise<void> {
  for (const name of WIRE) decode(name, "a", bytes);
  questionIn(bytes);
  answerIn(bytes);
  pageQuestionIn(bytes);
  await pageAnswerIn("h1", bytes);
  await pageAnswerIn("h1", gzipSync(bytes));
  const text = bytes.toString("utf8");
  parseHostKey(text);
  hostOfSubject(text);
}
