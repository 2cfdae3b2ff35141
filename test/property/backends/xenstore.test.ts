import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { XenstoreConnection } from "../../../src/backends/xen/xenstore/connection.ts";
import { encodePacket, PacketSplitter, parseTexts } from "../../../src/backends/xen/xenstore/packet.ts";
import type { ChannelListener } from "../../../src/machine/device-channel.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const number = fc.oneof(fc.nat(20), fc.nat(0xffff_ffff));
const packet = fc.record({ type: number, requestId: number, payload: bytes(200) });

/** Whole messages, and bytes that are none. */
const said = fc.array(fc.oneof(packet.map(encodePacket), packet.map(encodePacket), bytes(40)), { maxLength: 12 });

describe("whatever stands for xenstored", () => {
  it("splits into the same messages, whatever the pieces are", () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), fc.array(fc.nat(2000), { maxLength: 8 }), (packets, cuts) => {
        const whole = Buffer.concat(packets.map(encodePacket));
        const splitter = new PacketSplitter();
        const bounds = [...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const found = bounds.flatMap((end, index) => [...splitter.push(whole.subarray(bounds[index - 1] ?? 0, end))]);
        expect(found).toEqual(packets);
      }),
    );
  });

  it("says, a request has an answer or an error, and a connection that has ended stays so", async () => {
    await fc.assert(
      fc.asyncProperty(said, async (chunks) => {
        const listeners: ChannelListener[] = [];
        const [events, ends, closed]: [string[], string[], string[]] = [[], [], []];
        const open = (listener: ChannelListener) => {
          listeners.push(listener);
          return { send: () => {}, close: () => closed.push("closed") };
        };
        const clock = new VirtualClock();
        const connection = new XenstoreConnection(open, clock, {
          onEvent: (path) => events.push(path),
          onEnd: () => ends.push("end"),
        });
        const answer = connection.list("a").then(
          (names) => names.every((name) => typeof name === "string"),
          (thrown: unknown) => thrown instanceof Error,
        );
        for (const chunk of chunks) listeners[0]?.onBytes(chunk);
        await clock.advance(5000);
        expect(await answer).toBe(true);
        expect(ends.length).toBeLessThanOrEqual(1);
        expect(closed).toHaveLength(ends.length);
        expect(events.length).toBeLessThanOrEqual(chunks.length);
      }),
    );
  });

  it("holds as a text is cut at its NULs, and comes out the same again", () => {
    fc.assert(
      fc.property(bytes(300), (payload) => {
        const texts = parseTexts(payload);
        const again = Buffer.from(texts.map((text) => `${text}\0`).join(""), "latin1");
        expect(again.subarray(0, payload.length).equals(payload)).toBe(true);
      }),
    );
  });
});
