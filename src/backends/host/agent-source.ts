import type { SelfballoonError } from "../../core/errors.ts";
import { parseCount, restOfLine } from "../../formats/kernel-text.ts";
import type { AgentExchange } from "./agent-protocol.ts";
import {
  agentReadings,
  type FileTexts,
  GUEST_FILES,
  LIVELY_FILES,
  type SeldomReadings,
  seldomReadings,
} from "./agent-readings.ts";
import type { BalloonState } from "./balloon-state.ts";
import { GuestFiles } from "./guest-files.ts";
import type { AgentAnswer, Silence } from "./source.ts";
import { hasCode } from "./thrown.ts";

/** A connection to a guest's agent. */
export interface AgentPort {
  readonly exchange: AgentExchange;
  /** Whether each request of an exchange costs as much as an exchange of one. */
  readonly isOneByOne: boolean;
  /** Whether an exchange would fail at once, because the last one failed a moment ago. */
  readonly waiting: boolean;
  /** Why the last exchange failed; null if it did not. */
  readonly lastError: SelfballoonError | null;
  /** There is news of the agent: try at once. */
  retry(): void;
  close(): void;
}

/** A closed port is looked at again after so long, unless there is news of it. */
const CLOSED_MS = 5000;

/** How long what changes seldom is kept, while the guest's memory stays about what it is. */
const KEPT_MS = 20_000;

/** zoneinfo tells how large the zones are, which must fit MemTotal: where that moved further the keeping ends. */
const KEPT_DIVISOR = 16;

interface Kept {
  readonly readings: SeldomReadings;
  readonly readAtMs: number;
  readonly memTotalKib: number;
}

export interface AgentSourceOptions {
  readonly port: AgentPort;
  /** Whether the guest has opened the agent's port; null if that is not known. */
  readonly portOpen: () => Promise<boolean | null>;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

/** A guest's agent as a source of readings: there, absent, or lost. */
export class AgentSource {
  private readonly options: AgentSourceOptions;
  private readonly files: GuestFiles;
  private closedUntilMs = Number.NEGATIVE_INFINITY;
  private kept: Kept | null = null;
  private answering = false;
  private answered = false;

  constructor(options: AgentSourceOptions) {
    this.options = options;
    const { port } = options;
    this.files = new GuestFiles((requests) => port.exchange(requests), GUEST_FILES, port.isOneByOne);
  }

  /**
   * Read the guest, whose balloon is `balloon`. An agent that does not answer costs its deadline once, and then again
   * after back-offs.
   * @throws ERR_FORMAT if the guest's files hold nonsense, ERR_PEER_FLOODS if the agent says too much.
   */
  async read(balloon: BalloonState): Promise<AgentAnswer> {
    const readAtMs = this.options.nowMs();
    const lively = this.isKept(readAtMs) ? await this.texts(LIVELY_FILES) : [];
    if ("kind" in lively) return lively;
    const kept = this.keptFor(memTotalKibOf(lively));
    const texts = kept === null ? await this.texts(GUEST_FILES.length) : lively;
    if ("kind" in texts) return texts;
    const memTotalKib = memTotalKibOf(texts) ?? 0;
    this.kept = kept ?? { readings: seldomReadings(texts, this.kept?.readings ?? null), readAtMs, memTotalKib };
    const readings = agentReadings(texts, this.kept.readings, balloon);
    if (readings === null) return { kind: "absent" };
    return { kind: "readings", readings, pageFaults: pageFaultsOf(texts[GUEST_FILES.indexOf("/proc/vmstat")] ?? "") };
  }

  /** The text of the first file, if the agent is known to answer: for a look between two readings. */
  async readFirst(): Promise<string | null> {
    if (!this.answering || this.options.port.waiting) return null;
    try {
      const [text = null] = await this.files.read(1);
      return text;
    } catch {
      return null; // the next reading says so
    }
  }

  /** The guest was restarted: its agent has yet to start. */
  restarted(): void {
    this.files.forget();
    this.kept = null;
    this.answering = false;
    this.answered = false;
    this.portChanged();
  }

  /** A port of the guest was opened or closed: try at once. */
  portChanged(): void {
    this.closedUntilMs = Number.NEGATIVE_INFINITY;
    this.options.port.retry();
  }

  async close(): Promise<void> {
    if (this.answering) await this.files.close().catch(() => false); // they end with the agent otherwise
    this.options.port.close();
  }

  private isKept(nowMs: number): boolean {
    return this.kept !== null && nowMs - this.kept.readAtMs < KEPT_MS;
  }

  /** What is kept, unless the guest's memory has become another by far: the balloon moved, or memory was plugged. */
  private keptFor(memTotalKib: number | null): Kept | null {
    const { kept } = this;
    if (kept === null || memTotalKib === null) return null;
    return Math.abs(memTotalKib - kept.memTotalKib) <= memTotalKib / KEPT_DIVISOR ? kept : null;
  }

  /** The texts of the first `count` files, or what it means that they can't be read. */
  private async texts(count: number): Promise<FileTexts | Silence> {
    try {
      const { waiting, lastError } = this.options.port;
      if (waiting && hasCode(lastError, "ERR_PEER_FLOODS")) throw lastError;
      if (!(await this.worthTrying())) return this.silent();
      const texts = await this.files.read(count);
      this.answering = true;
      this.answered = true;
      return texts;
    } catch (thrown) {
      this.answering = false;
      if (hasCode(thrown, "ERR_PEER_FLOODS")) throw thrown;
      return hasCode(thrown, "ERR_COMMAND_REFUSED") ? { kind: "absent" } : this.silent();
    }
  }

  /** What is said to an agent that is not there is kept for it, so nothing is said while its port is closed. */
  private async worthTrying(): Promise<boolean> {
    const nowMs = this.options.nowMs();
    if (this.options.port.waiting || nowMs < this.closedUntilMs) return false;
    if (this.answering || (await this.options.portOpen()) !== false) return true;
    this.closedUntilMs = nowMs + CLOSED_MS;
    return false;
  }

  private silent(): Silence {
    return { kind: this.answered ? "lost" : "absent" };
  }
}

function memTotalKibOf([meminfo = null]: FileTexts): number | null {
  const kib = /^MemTotal: *([0-9]{1,12}) kB/m.exec(meminfo?.slice(0, 256) ?? "")?.[1];
  return kib === undefined ? null : Number(kib);
}

function pageFaultsOf(vmstat: string): number | null {
  return parseCount(restOfLine(vmstat, "pgfault ") ?? "");
}
