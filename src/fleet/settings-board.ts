import { isDeepStrictEqual } from "node:util";
import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf, selfballoonError } from "../core/errors.ts";
import type { BoardEntry } from "./board-entry.ts";
import { checkRevision, type EditTerms } from "./edit-terms.ts";
import { followBucket } from "./follow-bucket.ts";
import { SETTINGS_BUCKET } from "./names.ts";
import { parseScopeKey, type Scope, scopeKey, scopeText } from "./scope.ts";
import {
  decodeDocument,
  encodeDocument,
  type KeptDocument,
  NO_SETTINGS,
  type SettingsDocument,
} from "./settings-wire.ts";

/** Scopes that a board takes in; more are counted and left out. */
const MAX_SCOPES = 4096;

/** Others may write the same key in between so often. */
const MAX_TRIES = 8;

/** What is set for the hosts of a fleet: as it is in the bucket, which alone decides. */
export class SettingsBoard {
  /** Scopes beyond the limit. */
  ignored = 0;
  private readonly bucket: KV;
  private readonly kept = new Map<string, BoardEntry>();

  private constructor(bucket: KV) {
    this.bucket = bucket;
  }

  /** Only to write. @throws where the bucket can't be opened. */
  static async open(connection: NatsConnection): Promise<SettingsBoard> {
    return new SettingsBoard(await new Kvm(connection).open(SETTINGS_BUCKET));
  }

  /** Follow it until the connection is closed. @throws where the bucket can't be read. */
  static async follow(connection: NatsConnection): Promise<SettingsBoard> {
    const board = await SettingsBoard.open(connection);
    await followBucket(connection, SETTINGS_BUCKET, ({ key, value, revision, isPut }) =>
      board.take(key, isPut ? value : null, revision),
    );
    return board;
  }

  /** What is set for every scope, by key. */
  list(): readonly BoardEntry[] {
    return [...this.kept.values()].sort((a, b) => (scopeKey(a.scope) < scopeKey(b.scope) ? -1 : 1));
  }

  /**
   * Change what is set for a scope, by what is there at that moment: of two who write at once the second begins again. What
   * stays as it is, is not written again.
   * @returns what is there then. @throws ERR_FLEET_SETTINGS_OTHER, ERR_FLEET_SETTINGS_UNREADABLE, ERR_FLEET_SETTINGS_UNFIT, what `change` throws, or what
   * keeps it from being written.
   */
  async edit(
    scope: Scope,
    change: (before: SettingsDocument) => SettingsDocument,
    terms: EditTerms = {},
  ): Promise<KeptDocument> {
    const key = scopeKey(scope);
    for (let nth = 0; ; nth += 1) {
      const entry = await this.bucket.get(key);
      const there = readableIn(entry, scope, terms);
      const after = change(there ?? NO_SETTINGS);
      const bytes = encodeDocument(after);
      if (entry !== null && isDeepStrictEqual(there, after)) return { ...after, revision: entry.revision };
      try {
        const revision =
          entry === null ? await this.bucket.create(key, bytes) : await this.bucket.update(key, bytes, entry.revision);
        return { ...after, revision };
      } catch (thrown) {
        if (!isOvertaken(thrown) || nth >= MAX_TRIES) throw thrown;
      }
    }
  }

  private take(key: string, value: Uint8Array | null, revision: number): void {
    const scope = parseScopeKey(key);
    if (scope === null) return;
    if (!this.kept.has(key) && this.kept.size >= MAX_SCOPES) {
      this.ignored += 1;
      return;
    }
    try {
      const document = value === null ? NO_SETTINGS : decodeDocument(value);
      this.kept.set(key, { scope, document, revision, problem: null });
    } catch (thrown) {
      this.kept.set(key, { scope, document: NO_SETTINGS, revision, problem: problemOf(thrown) });
    }
  }
}

/** What an entry holds; null where there is none, or it can't be read and may be written anew. @throws ERR_FLEET_SETTINGS_OTHER, ERR_FLEET_SETTINGS_UNREADABLE. */
function readableIn(entry: KvEntry | null, scope: Scope, terms: EditTerms): SettingsDocument | null {
  checkRevision(scope, entry?.revision ?? 0, terms);
  if (entry === null) return null;
  if (entry.operation !== "PUT") return NO_SETTINGS;
  try {
    return decodeDocument(entry.value);
  } catch (thrown) {
    if (terms.isAnew === true) return null;
    const problem = problemOf(thrown);
    throw selfballoonError("ERR_FLEET_SETTINGS_UNREADABLE", { scope: scopeText(scope), problem }, thrown);
  }
}

/** Whether somebody else wrote the key since it was read. */
function isOvertaken(thrown: unknown): boolean {
  const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } = JetStreamApiCodes;
  if (!(thrown instanceof JetStreamApiError)) return false;
  return thrown.code === StreamWrongLastSequence || thrown.code === StreamWrongLastSequenceUnknown;
}
