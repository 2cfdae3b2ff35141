import type { ControlPort, GuestStatus } from "../../src/core/control.ts";
import { changeTunables, firstControls, inForce, listTunables } from "../../src/core/controls/controls.ts";
import { selfballoonError } from "../../src/core/errors.ts";
import type { JournalRecord } from "../../src/core/journal-record.ts";
import { createSettings } from "../../src/core/settings.ts";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { Journal } from "../../src/daemon/journal.ts";

/** A daemon's control port without a worker behind it: real tunables and journal, and the guests that a test puts there. */
export class ScriptedControl implements ControlPort {
  readonly journal = new Journal(1024, () => 0);
  controls = firstControls({
    settings: createSettings({ hasCompressedSwap: true }),
    sources: {},
    guestTunables: () => ({}),
  });
  readonly statuses = new Map<string, GuestStatus>();
  releases = 0;
  private turn = 0;

  describe(): string {
    return "a test";
  }

  guests(): ReturnType<ControlPort["guests"]> {
    return [...this.statuses.values()];
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

  pause(guest: string, paused: boolean): GuestStatus {
    const status = this.statuses.get(guest);
    if (status === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    const changed = { ...status, paused };
    this.statuses.set(guest, changed);
    this.journal.add({ kind: "pause", guest, paused, released: false });
    return changed;
  }

  async release(): Promise<readonly string[]> {
    this.releases += 1;
    return [...this.statuses.keys()];
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
