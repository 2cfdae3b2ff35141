import { HELD } from "../core/controls/hands.ts";
import { GIVE_CAUSES } from "../core/guest/events.ts";
import { RESERVATION_ENDS } from "../core/host/reservation.ts";
import type {
  FaultRecord,
  GiveRecord,
  JournalRecord,
  PauseRecord,
  ReservationRecord,
  ShrinkRecord,
  StepRecord,
} from "../core/journal-record.ts";
import { notDoneText } from "../core/not-done.ts";
import { describeNotice } from "../core/notices.ts";
import { missingReadings, wantedRamPages } from "../core/observation.ts";
import { REASONS } from "../core/reasons.ts";
import { type Severity, severityOf } from "../core/severity.ts";
import { SENTENCE_LENGTH, shownJson, shownText } from "../core/shown-text.ts";
import { SHRINK_ENDS } from "../core/swap-shrinker.ts";
import { mibFromBytes, mibFromPages } from "../core/units.ts";
import { boundedOutput } from "./bounded-output.ts";
import { FaultNews } from "./fault-news.ts";
import { StepNews } from "./step-news.ts";

/** Facts of a log line; they are fields in JSON and `name=value` in text, which leaves out what is null or an empty list. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** Where the daemon's log goes. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The log has no level between those of calm lines and of warnings. */
const LEVELS: Readonly<Record<Severity, keyof Logger>> = {
  info: "info",
  notice: "info",
  warning: "warn",
  error: "error",
};

interface LogLine {
  readonly time: Date;
  readonly level: keyof Logger;
  readonly fields: LogFields;
  readonly message: string;
}

/**
 * A logger on standard error: JSON lines, or text for people. Node writes files, terminals and pipes at once there, so
 * that a crash loses nothing. A quiet one leaves out what is no warning. (A logging package would take a fifth of the memory that a guest's daemon may cost.)
 */
export function createLogger(options: { readonly json: boolean; readonly isQuiet?: boolean }): Logger {
  const format = options.json ? jsonLine : textLine;
  const lineOf = (level: LogLine["level"], message: string, fields: LogFields): string =>
    format({ time: new Date(), level, fields, message });
  const write = boundedOutput(process.stderr, (lines) =>
    lineOf("warn", "Nobody read the log: lines were lost.", { lines }),
  );
  const log =
    (level: LogLine["level"]) =>
    (message: string, fields: LogFields = {}) =>
      write(lineOf(level, message, fields));
  return { info: options.isQuiet === true ? () => {} : log("info"), warn: log("warn"), error: log("error") };
}

function jsonLine({ time, level, fields, message }: LogLine): string {
  return shownJson({ level, time: time.toISOString(), ...fields, msg: message });
}

function textLine({ time, level, fields, message }: LogLine): string {
  const known = Object.entries(fields).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  const facts = known.map(([name, value]) => ` ${name}=${factText(value)}`);
  return `${localIso(time)} ${level.padEnd(5)} ${shownText(message, SENTENCE_LENGTH)}${facts.join("")}`;
}

/** People read their own time, as on the page and in `top`; how far it is from UTC stands beside it (ISO 8601). */
export function localIso(time: Date): string {
  const aheadMin = -time.getTimezoneOffset();
  const two = (part: number): string => String(Math.floor(part)).padStart(2, "0");
  const shifted = new Date(time.getTime() + aheadMin * 60_000).toISOString().slice(0, -1);
  return `${shifted}${aheadMin < 0 ? "-" : "+"}${two(Math.abs(aheadMin) / 60)}:${two(Math.abs(aheadMin) % 60)}`;
}

/** A fact of one word, or in quotes: no name can look like another fact. */
function factText(value: LogFields[string] | undefined): string {
  const text = shownText(Array.isArray(value) ? value.join(",") : String(value));
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}

/** Which decisions are logged: those that are news, or all that moved a target as well. */
export interface LogChoice {
  readonly isVerbose: boolean;
  readonly isDryRun: boolean;
}

/** Log what the journal records: a line for each decision and each fault that is news, and every notice and write. */
export function logRecords(logger: Logger, { isVerbose, isDryRun }: LogChoice): (record: JournalRecord) => void {
  const news = new StepNews();
  const faultNews = new FaultNews();
  const gifts = new Map<string, string>();
  return (record) => {
    if (record.kind === "give") {
      const gift = `${record.because} ${record.bytes} ${record.isDone}`;
      if (gifts.get(record.guest) !== gift) logGive(logger, record);
      gifts.set(record.guest, gift);
      return;
    }
    // One that comes again is a guest of which nothing was said.
    if (record.kind === "guest") gifts.delete(record.guest);
    if (record.kind === "fault") return logFault(logger, record, faultNews.take(record));
    if (record.kind !== "step") return logOther(logger, record);
    const isNews = news.take(record);
    if (isNews || (isVerbose && record.applied)) logStep(logger, record, isDryRun);
  };
}

function logOther(logger: Logger, record: Exclude<JournalRecord, StepRecord | GiveRecord | FaultRecord>): void {
  switch (record.kind) {
    case "shrink":
      logger.info(
        `Bringing pages back from compressed swap has ended. ${SHRINK_ENDS[record.end]}`,
        shrinkFields(record),
      );
      break;
    case "notice":
      logger[levelOf(record)](describeNotice(record.notice), { guest: record.guest, code: record.notice.code });
      break;
    case "pause":
      logger.info(handText(record), { guest: record.guest });
      break;
    case "guest":
      logger.info(GUEST_CHANGES[record.change], { guest: record.guest });
      break;
    case "tunables":
      logger.info("Tunables were changed.", { ...record.values });
      break;
    case "settings":
      logger.info("Settings of the guest were changed at run time.", { guest: record.guest, ...record.values });
      break;
    case "reservation":
      logReservation(logger, record);
      break;
    case "size":
    case "rise":
    case "host":
    case "rules": // what only a replay needs
  }
}

function handText({ paused, released }: PauseRecord): string {
  if (paused) return `The guest was paused. ${HELD.paused}`;
  return released ? `The guest was released. ${HELD.released}` : "The guest was resumed.";
}

function logReservation(logger: Logger, { event }: ReservationRecord): void {
  if (event.kind === "reserved") {
    const { id, guest, bytes } = event.reservation;
    logger.info("Memory is kept free for a guest to come.", { id, for: guest, mib: mibFromBytes(bytes) });
  } else if (event.kind === "ended") {
    logger.info(`A reservation has ended. ${RESERVATION_ENDS[event.because]}`, { id: event.id });
  } else if (event.ceilings.length > 0) {
    logger.info("Guests go down for what is reserved.", {
      guests: event.ceilings.map(({ guest, bytes }) => `${guest}:${mibFromBytes(bytes)}MiB`),
    });
  }
}

const GUEST_CHANGES = { found: "A guest was found.", removed: "The guest has disappeared." } as const;

/** What could not be done is told as a fault. */
function logGive(logger: Logger, { guest, because, bytes, ofBytes, isAll, isDone }: GiveRecord): void {
  if (!isDone) return;
  const mib = (size: number | null): number | null => (size === null ? null : mibFromBytes(size));
  const what = isAll
    ? "The guest is given all that it may have."
    : `The guest got ${mib(bytes)} of ${mib(ofBytes)} MiB; the host has no more for it now.`;
  logger.info(`${what} ${GIVE_CAUSES[because]}`, { guest, mib: mib(bytes) });
}

/** `leftOut` is how many of its guest were left out before it; null: it is left out, too. */
function logFault(logger: Logger, record: FaultRecord, leftOut: number | null): void {
  if (leftOut === null) return;
  const { guest, code, problem } = record;
  logger[levelOf(record)](problem, { guest, code, ...(leftOut === 0 ? {} : { leftOutBefore: leftOut }) });
}

function levelOf(record: JournalRecord): keyof Logger {
  return LEVELS[severityOf(record)];
}

function logStep(logger: Logger, record: StepRecord, dryRun: boolean): void {
  const { decision, observation } = record;
  const fields = stepFields(record);
  const notDone = notDoneText({ decision, observation, dryRun });
  const level = levelOf(record);
  if (record.isPaused) logger[level](HELD.paused, fields);
  else if (decision.reason !== "missing") logger[level](`${notDone} ${REASONS[decision.reason]}`.trimStart(), fields);
  else logger[level](REASONS.missing, { ...fields, missing: missingReadings(observation) });
}

function shrinkFields(record: ShrinkRecord): LogFields {
  const { guest, end, startPages, freedPages, leftPages, targetPages, touchedPages, skippedProcesses, cpuMs } = record;
  const pages = { startPages, freedPages, leftPages, targetPages, touchedPages };
  return { guest, end, ...pages, skippedProcesses, cpuMs: Math.round(cpuMs) };
}

function stepFields({ observation, decision, wantedPages, applied }: StepRecord): LogFields {
  const mib = (pages: number | null): number | null =>
    pages === null ? null : mibFromPages(pages, observation.pageBytes);
  return {
    guest: decision.guest,
    reason: decision.reason,
    currentMib: mib(observation.totalramPages),
    targetMib: mib(decision.targetPages),
    // What law and guard wanted is told where the host could not give it.
    ...(decision.reason === "host_full" ? { wantedMib: mib(wantedRamPages(observation, wantedPages)) } : {}),
    goalMib: mib(decision.goalPages),
    floorMib: mib(decision.floorPages),
    committedMib: mib(observation.committedPages),
    clamps: decision.clamps,
    applied,
  };
}
