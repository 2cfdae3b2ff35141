import type { ReservationStatus, ReservationWish, Reserved } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import { RESERVATION_TIMES } from "../core/host/reservation.ts";
import { parseObject } from "./body.ts";
import type { Api, ApiRequest } from "./route.ts";

const { waitMs: WAIT_MS, maxWaitMs, lifeMs: LIFE_MS, maxLifeMs } = RESERVATION_TIMES;

const EXPECTED =
  '{"bytes": 4294967296, "guest": "web", "waitMs": 30000, "lifeMs": 300000, "keep": false}, of which only bytes must be there';
const MAX_NAME = 256;

/** @throws ERR_BODY_INVALID, and what the control port throws. */
export function reserve({ control }: Api, { body, gone }: ApiRequest): Promise<Reserved> {
  return control.reserve(parseWish(body), gone);
}

export function listReservations({ control }: Api): { readonly reservations: readonly ReservationStatus[] } {
  return { reservations: control.reservations() };
}

/** @throws ERR_RESERVATION_UNKNOWN. */
export function withdraw({ control }: Api, _: ApiRequest, id: string): ReservationStatus {
  return control.withdraw(id);
}

function parseWish(body: string): ReservationWish {
  const { bytes, guest = null, waitMs, lifeMs, keep = false, ...others } = parseObject(body, EXPECTED);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`it has ${JSON.stringify(unknown.slice(0, 64))} too`);
  const isName = typeof guest === "string" && guest !== "" && guest.length <= MAX_NAME;
  if (guest !== null && !isName) throw invalid(`guest is no name of at most ${MAX_NAME} characters`);
  if (typeof keep !== "boolean") throw invalid("keep is neither true nor false");
  return {
    guest,
    isKept: keep,
    bytes: whole("bytes", bytes, 1, Number.MAX_SAFE_INTEGER),
    waitMs: waitMs === undefined ? WAIT_MS : whole("waitMs", waitMs, 0, maxWaitMs),
    lifeMs: lifeMs === undefined ? LIFE_MS : whole("lifeMs", lifeMs, 1, maxLifeMs),
  };
}

function whole(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalid(`${name} is no whole number from ${min} to ${max}`);
}

function invalid(problem: string): Error {
  return selfballoonError("ERR_BODY_INVALID", { expected: EXPECTED, problem });
}
