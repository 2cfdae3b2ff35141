import type { Cancellation } from "../../src/core/backend.ts";
import type {
  ControlPort,
  Gift,
  GuestStatus,
  ReservationStatus,
  ReservationWish,
  Reserved,
} from "../../src/core/control.ts";
import {
  changeGuest,
  changeTunables,
  firstControls,
  inForce,
  listTunables,
  settingsOf,
  tunablesOf,
  withGuestSettings,
} from "../../src/core/controls/controls.ts";
import { listSettings } from "../../src/core/controls/guest-setting-status.ts";
import { selfballoonError } from "../../src/core/errors.ts";
import type { HostStanding } from "../../src/core/host/standing.ts";
import type { JournalRecord } from "../../src/core/journal-record.ts";
import { NO_LIMITS } from "../../src/core/limits.ts";
import { createSettings } from "../../src/core/settings.ts";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { Journal } from "../../src/daemon/journal.ts";

const RESERVATION: ReservationStatus = {
  id: "0123abcd",
  guest: "web",
  bytes: 1_048_576,
  takenBytes: 0,
  isMet: true,
  expiresAtMs: 60_000,
};

const CONFIGURED_TERMS = { ...NO_LIMITS, isManaged: true };

/** A daemon's control port without a worker behind it: real tunables and journal, and the guests that a test puts there. */
export class ScriptedControl implements ControlPort {
  readonly journal: Journal;
  controls = firstControls({
    settings: createSettings({ hasCompressedSwap: true }),
    sources: {},
    guestTunables: () => ({}),
  });
  readonly statuses = new Map<string, GuestStatus>();
  standing: HostStanding | null = null;
  readonly wishes: ReservationWish[] = [];
  releases = 0;
  private turn = 0;

  /** `wallMs` is the time of each record. */
  constructor(wallMs: () => number = () => 0) {
    this.journal = new Journal(1024, wallMs);
  }

  describe(): string {
    return "a test";
  }

  guests(): ReturnType<ControlPort["guests"]> {
    return [...this.statuses.values()];
  }

  host(): ReturnType<ControlPort["host"]> {
    return this.standing;
  }

  tunables(): ReturnType<ControlPort["tunables"]> {
    return listTunables(this.controls);
  }

  change(...change: Parameters<ControlPort["change"]>): ReturnType<ControlPort["change"]> {
    const { controls, written } = changeTunables(this.controls, ...change);
    this.controls = controls;
    const values = Object.fromEntries(written.map((name) => [name, inForce(controls).settings.values[name]]));
    this.turn += 1;
    this.journal.add({ kind: "tunables", values, turn: this.turn, nowMs: 0 });
    return this.tunables();
  }

  guestSettings(guest: string): ReturnType<ControlPort["guestSettings"]> {
    if (!this.statuses.has(guest)) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    const { configured } = this.controls;
    return listSettings({
      set: settingsOf(this.controls, guest),
      configuredTerms: CONFIGURED_TERMS,
      tunables: tunablesOf(this.controls, guest, 1),
      configuredTunables: tunablesOf(withGuestSettings(this.controls, new Map()), guest, 1),
      ownTunables: {},
      namedByFleet: [],
      sources: configured.sources,
      hasCompressedSwap: configured.settings.hasCompressedSwap,
    });
  }

  changeGuest(...[guest, changes, privileged]: Parameters<ControlPort["changeGuest"]>) {
    this.controls = changeGuest(this.controls, guest, changes, CONFIGURED_TERMS, privileged);
    return this.guestSettings(guest);
  }

  pause(guests: readonly string[] | null): readonly GuestStatus[] {
    return this.hold(guests, { paused: true, released: false });
  }

  resume(guests: readonly string[] | null): readonly GuestStatus[] {
    return this.hold(guests, { paused: false, released: false });
  }

  async release(guests: readonly string[] | null): Promise<readonly Gift[]> {
    this.releases += 1;
    return this.hold(guests, { paused: false, released: true }).map(({ guest }) => ({
      ...{ guest, bytes: null, ofBytes: null },
      isAll: true,
    }));
  }

  private hold(guests: readonly string[] | null, held: Pick<GuestStatus, "paused" | "released">) {
    const names = guests ?? [...this.statuses.keys()];
    return names.map((guest) => {
      const status = this.statuses.get(guest);
      if (status === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
      const changed = { ...status, ...held };
      this.statuses.set(guest, changed);
      this.journal.add({ kind: "pause", guest, ...held });
      return changed;
    });
  }

  /** Wishes that nobody waits for any more. */
  readonly abandoned: ReservationWish[] = [];

  async reserve(wish: ReservationWish, gone?: Cancellation): Promise<Reserved> {
    this.wishes.push(wish);
    gone?.addEventListener("abort", () => this.abandoned.push(wish));
    if (wish.guest === "slow") await new Promise(() => {});
    return { reservation: RESERVATION, freeBytes: 0 };
  }

  reservations(): readonly ReservationStatus[] {
    return [RESERVATION];
  }

  withdraw(id: string): ReservationStatus {
    return { ...RESERVATION, id };
  }

  snapshot(): Snapshot {
    const { turn } = this;
    const seq = this.journal.lastSeq;
    return { turn, seq, isDryRun: false, hasCompressedSwap: true, policy: "driver", guests: [], host: null };
  }

  journalAfter(seq: number): readonly JournalRecord[] {
    return this.journal.after(seq);
  }

  subscribe(listener: (record: JournalRecord) => void): () => void {
    return this.journal.subscribe(listener);
  }
}
