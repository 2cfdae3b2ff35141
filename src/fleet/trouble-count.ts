import { putNewest } from "../core/bounded-map.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import type { Trouble } from "./wire.ts";

/** Guests of which it is remembered; beyond them, whoever was heard of longest ago is forgotten. */
const MAX_GUESTS = 4096;

/** Counts what goes wrong on a host, from its records. */
export class TroubleCount {
  private readonly kills = new Map<string, number>();
  private readonly sinceMs: number;
  private oomKills = 0;
  private emergencies = 0;

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  /** @param isNews whether it is told to the fleet: of steps those of a guest that runs short are, once a minute. */
  take(record: JournalRecord, isNews: boolean): void {
    if (record.kind !== "step") return;
    if (isNews) this.emergencies += 1;
    const { guest } = record.decision;
    const { oomKills } = record.observation;
    if (oomKills === null) return;
    // A guest that booted again begins at 0.
    const before = this.kills.get(guest);
    if (before !== undefined && oomKills > before) this.oomKills += oomKills - before;
    putNewest(this.kills, guest, oomKills, MAX_GUESTS);
  }

  at(nowMs: number): Trouble {
    const upS = Math.floor((nowMs - this.sinceMs) / 1000);
    return { upS, oomKills: this.oomKills, emergencies: this.emergencies };
  }
}
