import type { RefusedSetting } from "../core/controls/fleet-settings.ts";
import { shownText } from "../core/shown-text.ts";
import { parseScopeKey, scopeText } from "./scope.ts";
import type { KeptDocuments, Rollout } from "./settings-wire.ts";
import { type HostState, MAX_PROBLEM, MAX_REFUSED } from "./wire.ts";

const NAME_LENGTH = 64;

/** A refused setting as a host tells of it. */
type ToldRefusal = NonNullable<HostState["settings"]>["refused"][number];

/** What a host tells of what it refuses: as much as there is room for, what is on its way to it first. */
export function toldRefusals(documents: KeptDocuments, refused: readonly RefusedSetting[]): ToldRefusal[] {
  const told = refused.map(({ scope, guest, name, problem }) => ({
    scope,
    guest: guest === null ? null : shownGuests(guest),
    name,
    problem: shownText(problem, MAX_PROBLEM - 16),
  }));
  const underWay = Object.entries(documents).flatMap(([key, { rollout }]) => {
    const scope = parseScopeKey(key);
    return rollout?.phase.is === "first" && scope !== null ? [{ scope: scopeText(scope), rollout }] : [];
  });
  const isUrgent = (one: ToldRefusal): boolean =>
    underWay.some(({ scope, rollout }) => one.scope === scope && isOf(rollout, one));
  return [...told.filter(isUrgent), ...told.filter((one) => !isUrgent(one))].slice(0, MAX_REFUSED);
}

/** Whether a refusal, of the same scope, is of what is rolled out. */
export function isOf(rollout: Pick<Rollout, "guest" | "values">, { guest, name }: ToldRefusal): boolean {
  const whose = rollout.guest === null ? null : shownGuests(rollout.guest);
  return guest === whose && Object.hasOwn(rollout.values, name);
}

/** A pattern as it is told: what is long is cut, and told apart by a number. */
function shownGuests(pattern: string): string {
  return shownText(pattern, NAME_LENGTH);
}
