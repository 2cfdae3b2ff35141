import * as z from "zod";
import { NO_ANSWER } from "../core/guard/answer.ts";
import { MAX_SAMPLES } from "../core/guest/demand.ts";
import { CAUSES, GIVE_CAUSES, type GiveCause } from "../core/guest/events.ts";
import type { ControllerState } from "../core/guest/state.ts";
import type { Account } from "../core/host/account.ts";
import type { HostSight } from "../core/host/host-reading.ts";
import { type Pressure, TAKE_NAMES } from "../core/host/pressure.ts";
import {
  MAX_RESERVATIONS,
  RESERVATION_ENDS,
  type ReservationEnd,
  type Reservations,
} from "../core/host/reservation.ts";
import { PRIORITIES } from "../core/limits.ts";
import { type CompleteObservation, isComplete } from "../core/observation.ts";
import { POLICY_NAMES } from "../core/policy.ts";
import { TUNABLES, type TunableName } from "../core/tunables.ts";
import { EXACT_VERSION, type Exact, type Header, type RecordedEvent, type Remembered } from "./exact.ts";
import { OBSERVATION } from "./observation-schema.ts";

// The parts of a recording that replays exactly. A file may say anything: all is bounded and has the right kind.

const count = z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
const wait = z.object({ untilMs: count, count });
const name = z.string().min(1).max(256);

/** One in which every needed reading is there. */
const COMPLETE = OBSERVATION.transform((observation, context): CompleteObservation => {
  if (isComplete(observation)) return observation;
  context.addIssue("must have every reading that a step needs");
  return z.NEVER;
});

/** As many guests as a daemon manages. */
const MAX_CEILINGS = 4096;

const GUARD = z.object({
  last: COMPLETE.nullable(),
  lastMs: count,
  risePages: count,
  // Recordings of before it was learned have none.
  answer: z.object({ ms: count, sinceMs: count }).default(NO_ANSWER),
  emergency: z.object({
    isOn: z.boolean(),
    beganMs: count.nullable(),
    calmSinceMs: count.nullable(),
    gentleUntilMs: count,
    recurrence: wait,
  }),
  cache: z.object({ provenPages: count, freshPages: count, growthPages: count, restUntilMs: count }),
  progress: z.object({ askedPages: count.nullable(), stalledSteps: count, stallScore: count, parked: wait }),
  singleRise: z.object({ pages: count, untilMs: count }),
});

const CONTROLLER: z.ZodType<ControllerState> = z.object({
  step: z.object({
    policy: z.enum(POLICY_NAMES),
    shrink: z.object({ lastFrontswapPages: count, inertiaSteps: count.nullable() }),
    guard: GUARD,
  }),
  last: z.object({ observation: COMPLETE, targetPages: count.nullable() }).nullable(),
  askedPages: count.nullable(),
  owes: z.boolean(),
  freshness: z.object({ lastGoodMs: count, isRestarting: z.boolean(), isOpen: z.boolean(), isReported: z.boolean() }),
  isArmed: z.boolean(),
  demands: z.array(count).max(MAX_SAMPLES),
  alarm: z.object({ askedPages: count.nullable(), askedTotalramPages: count.nullable(), looksSince: count }),
  unanswered: z.object({ sinceMs: count, totalramPages: count }).nullable().default(null),
});

const ACCOUNT: z.ZodType<Account> = z.object({
  guest: name,
  currentBytes: count,
  hasBytes: count,
  maximumBytes: count,
  startBytes: count,
  unballoonedBytes: count,
  promisedBytes: count,
  residentBytes: count,
  floorBytes: count,
  goalBytes: count,
  weight: z.number().positive(),
  priority: z.enum(PRIORITIES).default("normal"),
  activeShare: count,
  isFixed: z.boolean(),
  effect: z.object({ looksWithout: count, isMissing: z.boolean() }),
  overclaim: z.object({ isCertain: z.boolean(), looks: count }),
});

const CEILINGS = z.array(z.object({ guest: name, bytes: count })).max(MAX_CEILINGS);

const RESERVED = { id: name, guest: name.nullable(), bytes: count, untilMs: count };

const RESERVATIONS: z.ZodType<Reservations> = z.object({
  held: z.array(z.object({ ...RESERVED, isPreceded: z.boolean() })).max(MAX_RESERVATIONS),
  ceilings: CEILINGS,
});

const BUDGET = z.object({ memoryBytes: count, reserveBytes: count });
const share = z.number().min(0).max(1);

const PRESSURE: z.ZodType<Pressure> = z.object({
  take: z.enum(TAKE_NAMES),
  need: share.nullable(),
  isEmergency: z.boolean(),
  askedShares: z.object({ best_effort: share, normal: share, protected: share }),
  surplusSinceMs: count.nullable(),
  swappedBytes: count.nullable(),
  told: z.enum(["nothing", "need", "emergency"]),
});

const SIGHT: z.ZodType<HostSight> = z.object({
  totalBytes: count.nullable(),
  availableBytes: count.nullable(),
  someShare: share.nullable(),
  fullShare: share.nullable(),
  swapOutBytesPerS: count.nullable(),
  swappedBytes: count.nullable(),
});

/** A recording's first line. */
export const HEADER: z.ZodType<Header> = z.object({
  recording: z.literal(EXACT_VERSION),
  selfballoon: z.string().max(64),
  policy: z.enum(POLICY_NAMES),
  turn: count,
  isDryRun: z.boolean(),
  hasCompressedSwap: z.boolean(),
  host: z
    .object({
      budget: BUDGET,
      shortUntilMs: count,
      waiting: name.nullable(),
      waitingUntilMs: count,
      waitingFor: z.enum(["lack", "cache"]).default("lack"),
      askedForLackMs: count.default(0),
      entitledAtMs: count.nullable(),
      steppedSoonMs: count.nullable(),
      pressure: PRESSURE,
      reservations: RESERVATIONS,
    })
    .nullable(),
});

/** What was remembered of one guest when the recording began. */
export const REMEMBERED: z.ZodType<{ readonly remembered: Remembered }> = z.object({
  remembered: z.object({
    guest: name,
    state: CONTROLLER.nullable(),
    account: ACCOUNT.nullable(),
    entitledBytes: count.optional(),
  }),
});

const ends = Object.keys(RESERVATION_ENDS) as [ReservationEnd, ...ReservationEnd[]];
const RESERVATION_EVENT = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reserved"), reservation: z.object(RESERVED) }),
  z.object({ kind: z.literal("asked"), ceilings: CEILINGS }),
  z.object({ kind: z.literal("ended"), id: name, because: z.enum(ends) }),
]);

const turn = { turn: count, nowMs: count };
const causes = Object.keys(GIVE_CAUSES) as [GiveCause, ...GiveCause[]];
const tunableNames = TUNABLES.map((row) => row.name) as [TunableName, ...TunableName[]];
const TERMS = z.object({
  minMb: count,
  maxMb: count.nullable(),
  weight: z.number().positive(),
  priority: z.enum(PRIORITIES).default("normal"),
  isQuiet: z.boolean().default(false),
  isManaged: z.boolean(),
});

/** What happened besides steps, as far as a replay needs it; others are passed over. */
export const EVENT: z.ZodType<{ readonly event: RecordedEvent }> = z.object({
  event: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("guest"), guest: name, change: z.enum(["found", "removed"]), ...turn }),
    z.object({
      kind: z.literal("size"),
      guest: name,
      currentBytes: count,
      maximumBytes: count,
      unballoonedBytes: count,
      weight: z.number().positive(),
      priority: z.enum(PRIORITIES).default("normal"),
      ...turn,
    }),
    z.object({
      kind: z.literal("rise"),
      guest: name,
      risePages: count,
      // Recordings of before it was learned have none.
      answerMs: count.default(NO_ANSWER.ms),
      ...turn,
    }),
    z.object({
      kind: z.literal("give"),
      guest: name,
      because: z.enum(causes),
      bytes: count.nullable(),
      ofBytes: count.nullable().default(null),
      isAll: z.boolean(),
      isDone: z.boolean(),
      terms: TERMS.nullable(),
      ...turn,
    }),
    z.object({ kind: z.literal("rules"), budget: BUDGET, take: z.enum(TAKE_NAMES), ...turn }),
    z.object({ kind: z.literal("host"), sight: SIGHT, need: share.nullable(), isEmergency: z.boolean(), ...turn }),
    z.object({ kind: z.literal("reservation"), event: RESERVATION_EVENT, ...turn }),
    z.object({ kind: z.literal("tunables"), values: z.partialRecord(z.enum(tunableNames), count), ...turn }),
    z.object({
      kind: z.literal("settings"),
      guest: name,
      values: z.record(z.string().max(64), z.union([count, z.boolean(), z.string().max(64), z.null()])),
      ...turn,
    }),
    z.object({ kind: z.literal("fault"), guest: name, turn: count.nullable(), nowMs: count.nullable() }),
    z.object({ kind: z.literal("applied"), guest: name, balloonTargetPages: count, pageBytes: count }),
    z.object({ kind: z.enum(["notice", "shrink", "pause"]) }),
  ]),
});

/** What an observation's line has besides, where it is of an exact recording. */
export const EXACT: z.ZodType<{ readonly exact: Exact }> = z.object({
  exact: z.object({
    ...turn,
    cause: z.enum(CAUSES),
    machinePages: count.nullable(),
    rssBytes: count.nullable(),
    unballoonedBytes: count,
    applied: z.boolean(),
    env: z
      .object({
        tunables: z.partialRecord(z.enum(tunableNames), count).optional(),
        terms: TERMS.nullable().optional(),
        isPaused: z.boolean().optional(),
      })
      .optional(),
  }),
});
