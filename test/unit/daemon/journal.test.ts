import { describe, expect, it } from "vitest";
import { Journal } from "../../../src/daemon/journal.ts";

const entry = { kind: "pause", guest: "a", paused: true, released: false } as const;

describe("the journal", () => {
  it("numbers records from 1 and gives those after a number", () => {
    const journal = new Journal(10, () => 5);
    for (let count = 0; count < 3; count += 1) journal.add(entry);
    expect(journal.after(1)).toEqual([
      { ...entry, seq: 2, atMs: 5 },
      { ...entry, seq: 3, atMs: 5 },
    ]);
  });

  it("keeps only the last records", () => {
    const journal = new Journal(2, () => 5);
    for (let count = 0; count < 5; count += 1) journal.add(entry);
    expect(journal.after(0).map(({ seq }) => seq)).toEqual([4, 5]);
  });

  it("tells listeners of new records until they stop listening", () => {
    const journal = new Journal(2, () => 5);
    const heard: number[] = [];
    const stop = journal.subscribe(({ seq }) => heard.push(seq));
    journal.add(entry);
    stop();
    journal.add(entry);
    expect(heard).toEqual([1]);
  });
});
