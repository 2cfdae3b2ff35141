import { describe, expect, it } from "vitest";
import { Player } from "../../../../src/cli/replay/player.ts";
import type { HostReading } from "../../../../src/core/host/host-reading.ts";
import type { HostRules } from "../../../../src/core/host/rules.ts";
import { NO_LIMITS } from "../../../../src/core/limits.ts";
import { createSettings } from "../../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { Journal } from "../../../../src/daemon/journal.ts";
import { Worker } from "../../../../src/daemon/worker.ts";
import { ExactLines, firstLines } from "../../../../src/formats/exact-lines.ts";
import { localTimeAt } from "../../../../src/time/local-time.ts";
import { ScriptedBackend } from "../../../support/scripted-backend.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/** Its guests give as it needs, and it has what is available. */
const ASKING = {
  take: "as_needed",
  budgetTerms: { memory: { kind: "available" }, reserveBytes: 0 },
} as const satisfies Partial<HostRules>;

/** Two guests of 1 GiB, recorded from 20 s on; `memoryMb` is what their host has, null where none is shared. */
async function recorded(
  memoryMb: number | null,
  hostAvailableMb: (seconds: number) => number = () => 8000,
  change: Partial<HostRules> = {},
) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a", "b");
  for (const name of ["a", "b"]) backend.readings.set(name, { balloonMaxPages: 262_144, availablePages: 100_000 });
  const journal = new Journal(1000, () => clock.wallMs());
  const configured = { settings: createSettings({ hasCompressedSwap: true }), sources: {}, guestTunables: () => ({}) };
  const terms = { ...NO_LIMITS, isManaged: true };
  const memoryBytes = (memoryMb ?? 0) * BYTES_PER_MIB;
  const hostRules =
    memoryMb === null ? null : { budget: { memoryBytes, reserveBytes: 0 }, ...ASKING, terms: () => terms, ...change };
  const readHost = (): HostReading => ({
    ...{ totalBytes: 8192 * BYTES_PER_MIB, someTotalUs: null, fullTotalUs: null, swapOutBytes: null, swappedBytes: 0 },
    availableBytes: hostAvailableMb(clock.nowMs() / 1000) * BYTES_PER_MIB,
  });
  const options = { description: "test", backend, clock, journal, dryRun: false, configured, hostRules, readHost };
  const worker = new Worker(options);
  await worker.start();
  await clock.advance(20_000);
  const snapshot = worker.snapshot();
  const lines = [...firstLines(snapshot, "1")];
  const exact = new ExactLines(snapshot);
  journal.subscribe((record) => lines.push(...exact.of(record).map(({ text }) => text)));
  const say = (guest: string, readings: object): void => {
    backend.readings.set(guest, { ...backend.readings.get(guest), ...readings });
  };
  const replayed = (): number => {
    const player = new Player({ policy: "driver", isChecked: true, version: "1" }, []);
    for (const [nth, text] of lines.entries()) player.answer(text, nth + 1);
    return player.checked;
  };
  return { clock, backend, worker, say, lines, replayed };
}

describe.each([null, 1500])("a recording beside a daemon, on a host of %s MiB,", (memoryMb) => {
  it("makes every decision again, from the middle of the daemon's life on", async () => {
    const { clock, say, replayed } = await recorded(memoryMb);
    say("a", { committedPages: 200_000 });
    await clock.advance(30_000);
    say("b", { availablePages: 500 });
    await clock.advance(30_000);
    expect(replayed()).toBeGreaterThanOrEqual(24);
  });

  it("follows writes, pauses and guests that can't be read", async () => {
    const { clock, backend, worker, replayed } = await recorded(memoryMb);
    worker.change({ selfballoon_interval: "2", frontswap_inertia: "7" }, true);
    await clock.advance(10_000);
    worker.pause(["a"]);
    await clock.advance(10_000);
    worker.resume(["a"]);
    backend.faults.set("b", "hang");
    await clock.advance(30_000);
    backend.faults.clear();
    await clock.advance(20_000);
    expect(replayed()).toBeGreaterThan(30);
  });

  it("follows a guest that disappears and comes back", async () => {
    const { clock, backend, replayed } = await recorded(memoryMb);
    await clock.advance(10_000);
    backend.names.delete("b");
    await clock.advance(10_000);
    backend.names.add("b");
    await clock.advance(20_000);
    expect(replayed()).toBeGreaterThanOrEqual(12);
  });

  it.skipIf(memoryMb === null)("follows what is reserved, guests that go down for it, and its end", async () => {
    const { clock, worker, say, lines, replayed } = await recorded(memoryMb);
    for (const guest of ["a", "b"]) say(guest, { committedPages: 200_000, availablePages: 100_000 });
    await clock.advance(20_000);
    const bytes = (worker.host()?.freeBytes ?? 0) + 100 * BYTES_PER_MIB;
    const answer = worker.reserve({ guest: "c", bytes, waitMs: 5000, lifeMs: 20_000, isKept: false });
    await clock.advance(5000);
    expect(await answer).toMatchObject({ reservation: { isMet: true } });
    await clock.advance(60_000);
    for (const kind of ["reserved", "asked", "ended"]) {
      expect(lines.filter((line) => line.includes(`"event":{"kind":"${kind}"`))).not.toEqual([]);
    }
    expect(replayed()).toBeGreaterThan(20);
  });

  it.skipIf(memoryMb === null)("follows quiet hours that begin and end, without the wall clock", async () => {
    // The recorded clock begins at this minute; it is quiet from the second one after it on, for one minute.
    const { day, minute } = localTimeAt(new VirtualClock().wallMs());
    const hours = { days: [day, (day + 1) % 7], fromMinute: (minute + 2) % 1440, untilMinute: (minute + 3) % 1440 };
    const { clock, say, lines, replayed } = await recorded(memoryMb, undefined, {
      take: "always",
      quietHours: () => [hours],
    });
    for (let minute = 0; minute < 24; minute += 1) {
      // What the law wants less than they have, and it is never far away.
      for (const guest of ["a", "b"]) say(guest, { committedPages: 180_000 - minute * 500 });
      await clock.advance(10_000);
    }
    const reasons = lines.flatMap((line) => /"reason":"(\w+)"/.exec(line)?.[1] ?? []);
    expect(reasons.join()).toMatch(/lower.*quiet.*lower/);
    expect(replayed()).toBeGreaterThan(60);
  });

  it("is refused with a line less, or another number in it", async () => {
    const { clock, lines, replayed } = await recorded(memoryMb);
    await clock.advance(30_000);
    const nth = lines.findLastIndex((line) => line.includes('"exact"'));
    const line = lines[nth - 1] ?? "";
    lines.splice(nth - 1, 1);
    expect(replayed).toThrow(expect.objectContaining({ code: "ERR_RECORDING_INEXACT" }));
    lines.splice(nth - 1, 0, line.replace(/"committedPages":\d+/, '"committedPages":240000'));
    expect(replayed).toThrow(expect.objectContaining({ code: "ERR_REPLAY_DIFFERS" }));
  });
});

describe("a recording beside a daemon whose host runs short and has enough again", () => {
  it("makes the host's need and every decision again, and is refused with another need in it", async () => {
    const isShort = (seconds: number): boolean => seconds >= 30 && seconds < 50;
    const { clock, lines, replayed } = await recorded(1500, (seconds) => (isShort(seconds) ? 500 + seconds : 4000));
    await clock.advance(120_000);
    expect(replayed()).toBeGreaterThan(40);
    const kinds = new Set(lines.map((line) => (JSON.parse(line) as { event?: { kind: string } }).event?.kind));
    for (const kind of ["host", "rules"]) expect(kinds).toContain(kind);
    const nth = lines.findIndex((line) => /"kind":"host".*"need":0\.\d/.test(line));
    lines[nth] = (lines[nth] ?? "").replace(/"need":0\.\d+/, '"need":0.015625');
    expect(replayed).toThrow(/the host's need was 0.015625 and is/);
  });
});
