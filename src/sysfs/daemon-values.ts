import { askDaemon } from "../api/client.ts";
import { ERRORS, OperatorError, selfballoonError } from "../core/errors.ts";
import type { TunableName } from "../core/tunables.ts";
import type { Values } from "./file-system.ts";

/** A reader waits no longer than that, whatever the daemon does. On a busy machine an emulated guest with one processor needs seconds. */
const DEADLINE_MS = 10_000;

/** However many read, the daemon is not asked more often than once in this time. */
const FRESH_MS = 20;

/** Asks the daemon behind `socket` for a path, or has it change something. */
type Ask = typeof askDaemon;

/** The tunables of the running daemon, over its control socket. All who read at the same time share one answer. */
export class DaemonValues implements Values {
  private readonly socket: string;
  private readonly nowMs: () => number;
  private readonly ask: Ask;
  private latest: { readonly askedMs: number; readonly values: Promise<ReadonlyMap<string, number>> } | null = null;

  /** `nowMs` is a clock that never goes back. */
  constructor(socket: string, nowMs: () => number, ask: Ask = askDaemon) {
    this.socket = socket;
    this.nowMs = nowMs;
    this.ask = ask;
  }

  read(): Promise<ReadonlyMap<string, number>> {
    const nowMs = this.nowMs();
    if (this.latest === null || nowMs - this.latest.askedMs >= FRESH_MS) {
      this.latest = { askedMs: nowMs, values: this.call("GET") };
    }
    return this.latest.values;
  }

  async write(name: TunableName, value: number): Promise<void> {
    try {
      await this.call("PATCH", { [name]: String(value) });
    } finally {
      // What was asked before or meanwhile may be older than what was written.
      this.latest = null;
    }
  }

  private async call(method: string, changes?: unknown): Promise<ReadonlyMap<string, number>> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const answer = await this.ask(this.socket, method, "/v1/tunables", changes, signal);
    if (answer.ok) return parseValues(answer.body);
    const { code, details, detail } = answer.problem;
    throw Object.hasOwn(ERRORS, code)
      ? new OperatorError(code, details)
      : selfballoonError("ERR_INTERNAL", { problem: detail });
  }
}

/** What there is of `{"tunables": [{"name", "value"}]}`; whatever else an answer holds is left out. */
function parseValues(body: unknown): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  if (typeof body !== "object" || body === null || !("tunables" in body) || !Array.isArray(body.tunables))
    return values;
  for (const tunable of body.tunables as readonly unknown[]) {
    if (typeof tunable !== "object" || tunable === null || !("name" in tunable) || !("value" in tunable)) continue;
    const { name, value } = tunable;
    if (typeof name === "string" && Number.isSafeInteger(value)) values.set(name, Number(value));
  }
  return values;
}
