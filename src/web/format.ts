/** MiB on an axis, whose ticks are powers of two: `768 MiB`, `1.25 GiB`, without zeros that say nothing. */
export function tickText(mib: number): string {
  return mib < 1024 ? `${mib} MiB` : `${Number((mib / 1024).toFixed(2))} GiB`;
}

/** Time of day, with seconds. */
export function timeText(atMs: number): string {
  return new Date(atMs).toLocaleTimeString("en-GB");
}

/** Time of day, and the day where it is not the one of `nowMs`. */
export function momentText(atMs: number, nowMs: number): string {
  const time = timeText(atMs);
  return new Date(atMs).toDateString() === new Date(nowMs).toDateString() ? time : `${dayText(atMs)} ${time}`;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A moment on an axis of `spanMs`: as fine as it must be, and no finer. */
export function axisTimeText(atMs: number, spanMs: number): string {
  if (spanMs < 10 * MINUTE_MS) return timeText(atMs);
  const time = timeText(atMs).slice(0, "00:00".length);
  return spanMs < DAY_MS ? time : `${dayText(atMs)} ${time}`;
}

function dayText(atMs: number): string {
  return new Date(atMs).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}
