import { InvalidArgumentError } from "commander";
import type { ReservationStatus, Reserved } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import { shownGuest } from "../core/shown-text.ts";
import { BYTES_PER_MIB, mibFromBytes } from "../core/units.ts";
import { bytesText } from "../view/amounts.ts";
import { ask } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { print, printJson, printTable } from "./output.ts";

/** 16 TiB: more than any host has. */
const MAX_MIB = 16_777_216;

/** Beyond the wait itself, the daemon answers within this. */
const ANSWER_MS = 10_000;

interface JsonOption {
  readonly json?: boolean;
}

/** What `reserve` takes besides the amount; times in ms. */
export interface ReserveOptions extends DaemonOptions, JsonOption {
  readonly for?: string;
  readonly wait: number;
  readonly expires: number;
  readonly keep?: boolean;
}

/** `selfballoon reserve MIB`: keep memory free for a guest to come, and return once it is free. */
export async function reserve(mib: number, options: ReserveOptions): Promise<void> {
  const { for: guest, wait: waitMs, expires: lifeMs, keep = false } = options;
  const wish = { bytes: mib * BYTES_PER_MIB, guest: guest ?? null, waitMs, lifeMs, keep };
  const answer = (await ask(options, "POST", "/v1/reservations", wish, waitMs + ANSWER_MS)) as Reserved;
  if (options.json) return printJson(answer);
  const { reservation, freeBytes } = answer;
  const whom = guest === undefined ? "" : ` for ${shownGuest(guest)}`;
  if (reservation === null) return print(`${mib} MiB were reserved${whom}, which has them now.`);
  const until = new Date(reservation.expiresAtMs).toLocaleTimeString("en-GB");
  print(
    `${mib} MiB are free and reserved${whom} until ${until}, as ${reservation.id}. ${bytesText(freeBytes)} are free beside them.`,
  );
}

/** `selfballoon reservations`: what is kept free, and for whom. */
export async function reservations(options: DaemonOptions & JsonOption): Promise<void> {
  const held = await askReservations(options);
  if (options.json) return printJson({ reservations: held });
  if (held.length === 0) return print("Nothing is reserved.");
  printTable(["ID", "FOR", "MEMORY", "TAKEN", "FREE", "UNTIL"], held.map(row));
}

/** `selfballoon release-reservation`: withdraw one by its id, or the one for a guest; without it nothing is done, and that is no fault. */
export async function releaseReservation(
  id: string | undefined,
  options: DaemonOptions & JsonOption & { readonly for?: string },
): Promise<void> {
  const { for: guest, json } = options;
  if ((id === undefined) === (guest === undefined)) {
    throw selfballoonError("ERR_USAGE", { problem: "a reservation is named either by its id or with --for NAME" });
  }
  const found = id ?? (await askReservations(options)).find((one) => one.guest === guest)?.id;
  if (found === undefined) {
    return json ? printJson({ reservation: null }) : print(`Nothing is reserved for ${shownGuest(guest ?? "")}.`);
  }
  const reservation = (await ask(
    options,
    "DELETE",
    `/v1/reservations/${encodeURIComponent(found)}`,
  )) as ReservationStatus;
  if (json) return printJson({ reservation });
  print(`The ${mibText(reservation.bytes)} of ${reservation.id} are reserved no more.`);
}

/** Reads how much is to be reserved, in MiB. */
export function parseMib(text: string): number {
  const mib = /^[1-9]\d{0,7}$/.test(text) ? Number(text) : Number.NaN;
  if (mib <= MAX_MIB) return mib;
  throw new InvalidArgumentError(`It must be a whole number of MiB from 1 to ${MAX_MIB}.`);
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a time such as `30s`, in ms; a number alone is in seconds. */
export function parseTime(maxMs: number): (text: string) => number {
  return (text) => {
    const [, count = "", unit = "s"] = /^(\d{1,8})(ms|s|m|h)?$/.exec(text) ?? [];
    const ms = count === "" ? Number.NaN : Number(count) * (UNITS_MS[unit] ?? Number.NaN);
    if (ms <= maxMs) return ms;
    throw new InvalidArgumentError(`It must be a time such as 30s or 5m, of at most ${maxMs / 1000} s.`);
  };
}

async function askReservations(options: DaemonOptions): Promise<readonly ReservationStatus[]> {
  const { reservations: held } = (await ask(options, "GET", "/v1/reservations")) as {
    readonly reservations: readonly ReservationStatus[];
  };
  return held;
}

function row({ id, guest, bytes, takenBytes, isMet, expiresAtMs }: ReservationStatus): readonly string[] {
  const until = new Date(expiresAtMs).toLocaleTimeString("en-GB");
  return [
    id,
    guest === null ? "anybody" : shownGuest(guest),
    mibText(bytes),
    mibText(takenBytes),
    isMet ? "yes" : "not yet",
    until,
  ];
}

function mibText(bytes: number): string {
  return `${mibFromBytes(bytes)} MiB`;
}
