import type { LocalTime } from "../core/quiet-hours.ts";

/** The time of the week that this machine's time zone has at `wallMs`, in ms since 1970. */
export function localTimeAt(wallMs: number): LocalTime {
  const date = new Date(wallMs);
  return { day: date.getDay(), minute: date.getHours() * 60 + date.getMinutes() };
}
