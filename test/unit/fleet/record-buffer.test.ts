import { describe, expect, it } from "vitest";
import { RecordBuffer } from "../../../src/fleet/record-buffer.ts";

const record = (seq: number) => ({ seq, at: 0, kind: "fault", guest: null, text: "" });
const seqs = (records: readonly { seq: number }[]): number[] => records.map(({ seq }) => seq);

describe("records that wait for NATS", () => {
  it("stay until they are confirmed, and go oldest first", () => {
    const buffer = new RecordBuffer(10);
    for (let seq = 1; seq <= 5; seq += 1) buffer.add(record(seq));
    expect(seqs(buffer.batch(3))).toEqual([1, 2, 3]);
    buffer.confirm();
    expect(seqs(buffer.batch(3))).toEqual([4, 5]);
  });

  it("are the same batch when it is sent again, whatever came meanwhile: its id stands for just these", () => {
    const buffer = new RecordBuffer(10);
    buffer.add(record(1));
    buffer.batch(3);
    buffer.add(record(2));
    expect(seqs(buffer.batch(3))).toEqual([1]);
    buffer.confirm();
    expect(seqs(buffer.batch(3))).toEqual([2]);
  });

  it("are dropped oldest first beyond the limit, and counted", () => {
    const buffer = new RecordBuffer(3);
    for (let seq = 1; seq <= 5; seq += 1) buffer.add(record(seq));
    expect({ dropped: buffer.dropped, size: buffer.size, seqs: seqs(buffer.batch(9)) }).toEqual({
      dropped: 2,
      size: 3,
      seqs: [3, 4, 5],
    });
  });
});
