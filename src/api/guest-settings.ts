import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import { meaningOf } from "../core/controls/setting-meaning.ts";
import type { GuestSettingAnswer } from "./answers.ts";
import { parseChanges } from "./body.ts";
import type { Api, ApiRequest } from "./route.ts";

interface Settings {
  readonly settings: readonly GuestSettingAnswer[];
}

/** @throws what the control port throws. */
export function guestSettings({ control }: Api, _: ApiRequest, guest: string): Settings {
  return withMeanings(control.guestSettings(guest));
}

/** @throws ERR_BODY_INVALID, and what the control port throws. */
export function changeGuestSettings({ control }: Api, { body, privileged }: ApiRequest, guest: string): Settings {
  const expected = 'a JSON object such as {"max_mb": 2048}, null for what is configured';
  const changes = parseChanges(body, expected, ["number", "boolean"]);
  return withMeanings(control.changeGuest(guest, changes, privileged));
}

/** Undo all that was set for the guest at run time. @throws what the control port throws. */
export function resetGuestSettings({ control }: Api, { privileged }: ApiRequest, guest: string): Settings {
  const set = control.guestSettings(guest).filter(({ source, isOwn }) => source === "runtime" && isOwn);
  const changes = Object.fromEntries(set.map(({ name }) => [name, null]));
  return withMeanings(control.changeGuest(guest, changes, privileged));
}

function withMeanings(settings: readonly GuestSettingStatus[]): Settings {
  return { settings: settings.map((status) => ({ ...status, ...meaningOf(status.name) })) };
}
