import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../../src/core/journal-record.ts";
import type { Message } from "../../../src/notify/message.ts";
import { Outbox, type Send } from "../../../src/notify/outbox.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const paused = (seq: number): JournalRecord => ({
  kind: "pause",
  guest: "web",
  paused: true,
  released: false,
  seq,
  atMs: 0,
});

/** An outbox, and all that comes of it. */
function outboxOf(send: (message: Message, cancellation: AbortSignal) => Promise<void>) {
  const clock = new VirtualClock();
  const sent: { readonly seq: number; readonly atMs: number; readonly dropped: number }[] = [];
  const told: string[] = [];
  const outbox = new Outbox({
    what: "it",
    clock,
    host: "host",
    send: (message, cancellation) => {
      const { seq, dropped } = JSON.parse(message.json) as { seq: number; dropped: number };
      sent.push({ seq, atMs: clock.nowMs(), dropped });
      return send(message, cancellation);
    },
    onFailed: (problem) => told.push(`failed: ${problem}`),
    onBack: (failed) => told.push(`back: ${failed}`),
    onDropped: (dropped) => told.push(`dropped: ${dropped}`),
  });
  return { clock, sent, told, outbox };
}

const taken: Send = () => Promise.resolve();

describe("an outbox", () => {
  it("hands records out in their order, one a second", async () => {
    const { clock, sent, outbox } = outboxOf(taken);
    for (const seq of [1, 2, 3]) outbox.add(paused(seq));
    await clock.advance(0);
    await clock.advance(5000);
    expect(sent.map(({ seq, atMs }) => [seq, atMs])).toEqual([
      [1, 0],
      [2, 1000],
      [3, 2000],
    ]);
  });

  it("keeps 128 that wait, and tells how many it left out", async () => {
    const { clock, sent, told, outbox } = outboxOf(taken);
    for (let seq = 1; seq <= 200; seq += 1) outbox.add(paused(seq));
    await clock.advance(0);
    await clock.advance(200_000);
    expect(sent.map(({ seq }) => seq)).toEqual(Array.from({ length: 129 }, (_, index) => index + 1));
    expect(sent.map(({ dropped }) => dropped).filter((dropped) => dropped > 0)).toEqual([71]);
    expect(told).toEqual(["dropped: 71"]);
  });

  it("has one at a time on its way, ends it at the deadline, and goes on", async () => {
    const ended: unknown[] = [];
    const { clock, sent, told, outbox } = outboxOf(
      (_, cancellation) =>
        new Promise(() => {
          cancellation.addEventListener("abort", () => ended.push(clock.nowMs()));
        }),
    );
    for (const seq of [1, 2]) outbox.add(paused(seq));
    await clock.advance(0);
    await clock.advance(9999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(ended).toEqual([10_000]);
    await clock.advance(1);
    expect(sent).toHaveLength(2);
    expect(told).toEqual([expect.stringContaining("10000 ms")]);
  });

  it("tells once that records are not taken, and once that they are again", async () => {
    let isUp = false;
    const { clock, told, outbox } = outboxOf(() => (isUp ? Promise.resolve() : Promise.reject(new Error("down"))));
    for (const seq of [1, 2, 3]) outbox.add(paused(seq));
    await clock.advance(0);
    await clock.advance(3000);
    isUp = true;
    for (const seq of [4, 5]) outbox.add(paused(seq));
    await clock.advance(0);
    await clock.advance(3000);
    expect(told).toEqual(["failed: down", "back: 3"]);
  });

  it("hands out nothing more once it is closed, and ends what is on its way after a second", async () => {
    let isEnded = false;
    const { clock, sent, outbox } = outboxOf(
      (_, cancellation) =>
        new Promise((resolve) => {
          cancellation.addEventListener("abort", () => {
            isEnded = true;
            resolve();
          });
        }),
    );
    for (const seq of [1, 2]) outbox.add(paused(seq));
    const closed = outbox.close();
    await clock.advance(1000);
    await closed;
    outbox.add(paused(3));
    await clock.advance(20_000);
    expect({ isEnded, sent: sent.length }).toEqual({ isEnded: true, sent: 1 });
  });
});
