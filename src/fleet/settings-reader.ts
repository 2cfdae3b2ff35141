import type { RefusedSetting, ScopeSettings } from "../core/controls/fleet-settings.ts";
import { problemOf } from "../core/errors.ts";
import type { Clock } from "../time/clock.ts";
import { saidTo } from "./rollout.ts";
import { type Scope, scopeKey, scopesOf, scopeText } from "./scope.ts";
import { decodeDocument, type KeptDocument, type KeptDocuments, NO_SETTINGS } from "./settings-wire.ts";

/** They are looked at again so often, which mends what was missed. */
const LOOK_MS = 30_000;

/** So long after a word that something was written: it may be said before the server has it. */
const SOON_MS = [250, 2000] as const;

/** What lies under a key. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  readonly revision: number;
  readonly isDeleted: boolean;
}

/** Whoever carries out what the fleet says, and keeps it. */
export interface SettingsPort {
  /** What was taken last. */
  readonly documents: KeptDocuments;
  /** What of it this host refuses. */
  readonly refused: readonly RefusedSetting[];
  take(documents: KeptDocuments): void;
}

/** What the reader works with. */
export interface ReaderTools {
  /** The scopes of this host, the general first. */
  readonly scopes: readonly Scope[];
  readonly port: SettingsPort;
  readonly clock: Clock;
  /** What lies under a key now; null for nothing. @throws where NATS does not say. */
  readonly read: (key: string) => Promise<StoredValue | null>;
  /** Something was taken, or is refused. */
  readonly onTaken: () => void;
  /** The settings can't be read; called once until they can again. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Reads what the fleet sets for this host. Only what is said counts: while NATS is away, and where a key is lost, what was
 * taken last stays.
 */
export class SettingsReader {
  private readonly tools: ReaderTools;
  private isBusy = false;
  private isLost = false;
  private unread: readonly RefusedSetting[] = [];
  private cancels: readonly (() => void)[] = [];

  constructor(tools: ReaderTools) {
    this.tools = tools;
  }

  /** @returns how to end it. */
  start(): () => void {
    const stop = this.tools.clock.every(LOOK_MS, () => void this.look());
    return () => {
      stop();
      this.cancelAll();
    };
  }

  /** Something was written: look soon. */
  hint(): void {
    this.cancelAll();
    this.cancels = SOON_MS.map((ms) => this.tools.clock.after(ms, () => void this.look()));
  }

  /** What this host refuses, with keys that hold nothing that can be used. */
  get refused(): readonly RefusedSetting[] {
    return [...this.unread, ...this.tools.port.refused];
  }

  /** Read all, and take it if something is new. Never rejects; while one look is under way another is none. */
  async look(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.readAll();
      this.isLost = false;
    } catch (thrown) {
      if (!this.isLost) this.tools.onProblem(problemOf(thrown));
      this.isLost = true;
    } finally {
      this.isBusy = false;
    }
  }

  private async readAll(): Promise<void> {
    const { scopes, port, read, onTaken } = this.tools;
    const documents: Record<string, KeptDocument> = {};
    const unread: RefusedSetting[] = [];
    for (const scope of scopes) {
      const key = scopeKey(scope);
      const value = await read(key);
      const before = port.documents[key];
      try {
        const now = value === null ? before : documentOf(value);
        if (now !== undefined) documents[key] = now;
      } catch (thrown) {
        unread.push({ scope: scopeText(scope), guest: null, name: "all", problem: problemOf(thrown) });
        if (before !== undefined) documents[key] = before;
      }
    }
    const isNew = !haveSameRevisions(port.documents, documents);
    const isOtherwise = JSON.stringify(unread) !== JSON.stringify(this.unread);
    this.unread = unread;
    if (isNew) port.take(documents);
    if (isNew || isOtherwise) onTaken();
  }

  private cancelAll(): void {
    for (const cancel of this.cancels) cancel();
  }
}

/** What the documents say to a host with these labels, the general first. */
export function saidIn(
  documents: KeptDocuments,
  host: string,
  labels: Readonly<Record<string, string>>,
): readonly ScopeSettings[] {
  return scopesOf(host, labels).flatMap((scope) => {
    const document = documents[scopeKey(scope)];
    if (document === undefined) return [];
    const { settings, guests } = saidTo(host, document);
    return [{ scope: scopeText(scope), settings, guests }];
  });
}

function documentOf({ bytes, revision, isDeleted }: StoredValue): KeptDocument {
  return { revision, ...(isDeleted ? NO_SETTINGS : decodeDocument(bytes)) };
}

function haveSameRevisions(a: KeptDocuments, b: KeptDocuments): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key]?.revision === b[key]?.revision);
}
