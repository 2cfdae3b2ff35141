/** A moment of the week as the host's wall clock shows it: what a guest's quiet hours are judged by. */
export interface LocalTime {
  /** 0 for Sunday to 6 for Saturday. */
  readonly day: number;
  /** Minutes since midnight. */
  readonly minute: number;
}

/** Hours of some days. Where they end no later than they begin, they end on the day after. */
export interface QuietHours {
  /** The days on which they begin, as `LocalTime` counts them. */
  readonly days: readonly number[];
  readonly fromMinute: number;
  readonly untilMinute: number;
}

const DAYS: readonly string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const EVERY_DAY = DAYS.map((_, day) => day);

const DAY_MINUTES = 24 * 60;

/** What quiet hours are written like, for people. */
export const QUIET_HOURS_FORM = '"22:00-06:00", "Mon-Fri 09:00-17:00" or "Sat,Sun 00:00-24:00"';

/** Read quiet hours; null if that is none. Hours without days are of every day. */
export function readQuietHours(text: string): QuietHours | null {
  const [, dayText, from = "", until = ""] = /^(?:(\S{3,27}) )?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  const days = dayText === undefined ? EVERY_DAY : readDays(dayText);
  const [fromMinute, untilMinute] = [readMinute(from), readMinute(until)];
  if (days === null || fromMinute === null || untilMinute === null) return null;
  // No length at all, or all day? Who means that can say 00:00-24:00.
  if (fromMinute === untilMinute || fromMinute === DAY_MINUTES) return null;
  return { days, fromMinute, untilMinute };
}

/** Whether it is quiet then. */
export function isQuietAt(hours: readonly QuietHours[], { day, minute }: LocalTime): boolean {
  const dayBefore = (day + 6) % 7;
  return hours.some(({ days, fromMinute, untilMinute }) => {
    if (fromMinute < untilMinute) return days.includes(day) && fromMinute <= minute && minute < untilMinute;
    return (days.includes(day) && fromMinute <= minute) || (days.includes(dayBefore) && minute < untilMinute);
  });
}

/** Days such as `Sat,Sun` and `Mon-Fri`; null if one is none. */
function readDays(text: string): readonly number[] | null {
  const days = text.split(",").map((part) => {
    const [first = -1, last = first, ...others] = part.split("-").map((name) => DAYS.indexOf(name));
    if (first < 0 || last < 0 || others.length > 0) return null;
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, nth) => (first + nth) % 7);
  });
  return days.some((some) => some === null) ? null : [...new Set(days.flatMap((some) => some ?? []))];
}

function readMinute(text: string): number | null {
  const [hour = Number.NaN, minute = Number.NaN] = text.split(":").map(Number);
  const minutes = hour * 60 + minute;
  return minute < 60 && minutes <= DAY_MINUTES ? minutes : null;
}
