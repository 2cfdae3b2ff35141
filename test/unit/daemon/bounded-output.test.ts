import { describe, expect, it } from "vitest";
import { boundedOutput } from "../../../src/daemon/bounded-output.ts";

describe("output that nobody reads", () => {
  it("is kept up to a mebibyte, and what is lost beyond is told once it is read again", () => {
    const output = {
      unread: [] as string[],
      get writableLength() {
        return this.unread.join("").length;
      },
      write(text: string) {
        this.unread.push(text);
      },
    };
    const write = boundedOutput(output, (lines) => `lost ${lines}`);
    const line = "x".repeat(99_999);
    for (let count = 0; count < 100; count += 1) write(line);
    expect(output.unread).toHaveLength(11);
    output.unread = [];
    write("again");
    write("and on");
    expect(output.unread).toEqual(["lost 89\nagain\n", "and on\n"]);
  });

  it("is lost without a word where there are none for it", () => {
    const written: string[] = [];
    const output = { writableLength: 2_000_000, write: (text: string) => written.push(text) };
    const write = boundedOutput(output, () => null);
    write("lost");
    output.writableLength = 0;
    write("read");
    expect(written).toEqual(["read\n"]);
  });
});
