import * as z from "zod";
import type { HealthAnswer } from "../../api/answers.ts";
import { of, type Schema, schemasOf } from "../../api/schema-tools.ts";
import { SCHEMAS } from "../../api/schemas.ts";
import { STANDINGS } from "../../view/standing.ts";
import type { HostView } from "../fleet-view.ts";
import type { GuestSummary } from "../guest-summary.ts";
import { fleetRecord, hostState } from "../wire.ts";
import type {
  FleetAdviceAnswer,
  FleetAnswer,
  FleetEventsAnswer,
  FleetGuestsAnswer,
  FleetHostAnswer,
  FleetSettingsAnswer,
  RolloutOrdered,
  SettingsChanged,
} from "./answers.ts";
import { type FleetReservedAnswer, WISH } from "./reservations.ts";
import { ROLLOUT_CHOICE, SETTINGS_CHANGE } from "./settings.ts";

// One zod object for each thing that the service takes or gives, from which its document is derived. The compiler compares
// those that it gives with the types that the code has of them.

const text = z.string();
const number = z.number();
const names = z.array(text);

const guest = z.object({
  guest: text,
  currentMb: number.nullable(),
  targetMb: number.nullable(),
  goalMb: number.nullable(),
  maximumMb: number.nullable(),
  availableMb: number.nullable(),
  standing: z.enum(STANDINGS),
  reason: text.nullable(),
  problem: text.nullable(),
});
of<GuestSummary>()(guest);

const host = z.object({
  host: text,
  state: hostState.extend({ worst: z.array(guest) }).nullable(),
  ageMs: number.nullable(),
  isStale: z.boolean(),
  refused: text.nullable(),
});
of<HostView>()(host);

const placed = guest.extend({ host: text, isStale: z.boolean(), missingMb: number });

const move = z.object({ guest: text, from: text, to: text, wantsMb: number, hasMb: number });

const setting = z.object({ guest: text.nullable(), name: text, value: text, taken: number });

const rollout = z.object({
  id: text,
  is: z.enum(["first", "stopped", "done"]),
  guest: text.nullable(),
  values: z.record(text, text.nullable()),
  first: names,
  text,
  watchMs: number,
  restMs: number.nullable(),
  heldBy: names,
});

const scope = z.object({
  scope: text,
  revision: number,
  settings: z.array(setting),
  problem: text.nullable(),
  hosts: number,
  waiting: z.array(
    z.object({ host: text, because: z.enum(["is stale", "knows no settings", "has not taken it yet"]) }),
  ),
  rollout: rollout.nullable(),
});

const refused = z.object({ host: text, scope: text, guest: text.nullable(), name: text, problem: text });

/** Everything that the service takes and gives, by name. */
const OBJECTS = {
  FleetHealth: of<Omit<HealthAnswer, "url">>()(z.object({ ok: z.boolean(), doing: text, version: text })),
  Fleet: of<FleetAnswer>()(z.object({ hosts: z.array(host), ignored: number, news: number })),
  FleetHost: of<FleetHostAnswer>()(host.extend({ guests: z.array(guest) })),
  FleetGuests: of<FleetGuestsAnswer>()(z.object({ guests: z.array(placed), found: number })),
  FleetEvents: of<FleetEventsAnswer>()(z.object({ events: z.array(fleetRecord.extend({ host: text })) })),
  FleetAdvice: of<FleetAdviceAnswer>()(
    z.object({ advice: z.array(z.object({ host: text, lacksMb: number, moves: z.array(move) })) }),
  ),
  FleetSettings: of<FleetSettingsAnswer>()(
    z.object({ scopes: z.array(scope), refused: z.array(refused), news: number, canChange: z.boolean() }),
  ),
  FleetSettingsChange: SETTINGS_CHANGE,
  FleetSettingsChanged: of<SettingsChanged>()(
    z.object({ scope: text, hosts: number, first: names, id: text.nullable(), risks: names }),
  ),
  FleetRolloutChoice: ROLLOUT_CHOICE,
  FleetRollout: of<RolloutOrdered>()(z.object({ scope: text, first: names })),
  FleetReservationWish: WISH,
  FleetReserved: of<FleetReservedAnswer>()(
    z.object({ host: text, id: text, guest: text.nullable(), bytes: number, lifeMs: number, isNew: z.boolean() }),
  ),
  OpenApi: z.looseObject({}),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type FleetSchemaName = keyof typeof OBJECTS;

/** What hosts themselves answer, by the name that it has in their own API. */
export type HostSchemaName = keyof typeof SCHEMAS;

/** The JSON Schema of everything that the service takes and gives, hosts' own answers included. */
export const FLEET_SCHEMAS: Readonly<Record<FleetSchemaName | HostSchemaName, Schema>> = {
  ...SCHEMAS,
  ...schemasOf(OBJECTS),
};
