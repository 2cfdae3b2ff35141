import * as z from "zod";
import { selfballoonError } from "../../core/errors.ts";
import { RESERVATION_TIMES } from "../../core/host/reservation.ts";
import { BYTES_PER_MIB } from "../../core/units.ts";
import { wordRecord } from "../../formats/named-map.ts";
import type { FleetReservation, FleetReserved } from "../reserve.ts";
import { bodyOf } from "./body.ts";

/** Wishes that are looked for at a time; each may have many hosts asked. */
const MAX_AT_A_TIME = 32;

const EXPECTED =
  '{"bytes": 4294967296, "guest": "web", "labels": {"rack": "a1"}, "waitMs": 10000, "lifeMs": 300000}, of which only bytes must be there';

/** A host is waited for so long before the next one is asked. */
const WAIT_MS = 10_000;

const { maxWaitMs, lifeMs: LIFE_MS, maxLifeMs } = RESERVATION_TIMES;

/** A wish for memory. */
export const WISH = z.strictObject({
  bytes: z.int().min(1),
  guest: z.string().min(1).max(256).nullable().default(null),
  labels: wordRecord(z.string().min(1).max(63), z.string().max(63)).default({}),
  waitMs: z.int().min(0).max(maxWaitMs).default(WAIT_MS),
  lifeMs: z.int().min(1).max(maxLifeMs).default(LIFE_MS),
});

/** Finds room in the fleet. @throws ERR_FLEET_FULL, ERR_FLEET_UNDECIDED. */
export type FleetReserver = (wish: FleetReservation) => Promise<FleetReserved>;

/** What of a fleet is reserved, and on which host. */
export interface FleetReservedAnswer {
  readonly host: string;
  /** The host's reservation. */
  readonly id: string;
  readonly guest: string | null;
  readonly bytes: number;
  readonly lifeMs: number;
  /** False where an earlier wish for the same guest was given it. */
  readonly isNew: boolean;
}

/** Wishes that come over TCP. */
export class FleetReservations {
  private readonly reserver: FleetReserver;
  private underWay = 0;

  constructor(reserver: FleetReserver) {
    this.reserver = reserver;
  }

  /** @throws ERR_BODY_INVALID, ERR_TOO_MANY, ERR_FLEET_FULL, ERR_FLEET_UNDECIDED. */
  async reserve(body: string): Promise<FleetReservedAnswer> {
    const { bytes, ...wish } = fleetWishIn(body);
    if (this.underWay >= MAX_AT_A_TIME)
      throw selfballoonError("ERR_TOO_MANY", { limit: MAX_AT_A_TIME, what: "wishes for memory at a time" });
    this.underWay += 1;
    try {
      const found = await this.reserver({ ...wish, mib: Math.ceil(bytes / BYTES_PER_MIB) });
      const { host, id, mib, lifeMs, isNew } = found;
      return { host, id, guest: wish.guest, bytes: mib * BYTES_PER_MIB, lifeMs, isNew };
    } finally {
      this.underWay -= 1;
    }
  }
}

/** A wish as it comes over TCP. @throws ERR_BODY_INVALID. */
export function fleetWishIn(body: string): z.output<typeof WISH> {
  return bodyOf(WISH, body, EXPECTED);
}
