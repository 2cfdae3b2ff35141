/** One thing that `doctor` looked at. */
export interface Finding {
  /** `ok`: as it should be. `info`: worth knowing. `warn`: works, but at a risk. `fail`: does not work. */
  readonly level: "ok" | "info" | "warn" | "fail";
  readonly what: string;
  /** What to do about it; empty if there is nothing to do. */
  readonly remedy: string;
  /** The guest that it is about, with whose name `what` starts; absent if it is about none. */
  readonly guest?: string;
}

/** A finding; most have nothing to do about them. */
export function finding(level: Finding["level"], what: string, remedy = ""): Finding {
  return { level, what, remedy };
}
