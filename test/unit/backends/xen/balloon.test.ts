import { describe, expect, it } from "vitest";
import { XenBalloon } from "../../../../src/backends/xen/balloon.ts";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { Tree, XEN_MEMORY } from "../../../support/trees.ts";

const TARGET_KB = `${XEN_MEMORY}/target_kb`;
const [LEAST_KIB, MOST_KIB, NOW_KIB] = [49_152, 1_048_576, 524_288];

/** A driver that makes something else of each target that is written. */
class TakingFiles extends MachineFiles {
  readonly written: string[] = [];
  readonly taken: (text: string) => string;

  constructor(root: string, taken: (text: string) => string) {
    super(root);
    this.taken = taken;
  }

  override write(path: string, text: string): void {
    this.written.push(text);
    super.write(path, this.taken(text));
  }
}

/** @param taken what the driver makes of a target */
function balloonOf(taken = (text: string) => text) {
  const tree = new Tree("xen/pv-idle");
  const files = new TakingFiles(tree.root, taken);
  const balloon = new XenBalloon(files);
  const write = (targetKib: number, seenKib = NOW_KIB) => balloon.write(targetKib, seenKib, LEAST_KIB, MOST_KIB);
  return { tree, files, balloon, write, target: () => tree.read(TARGET_KB) };
}

describe("Xen's balloon", () => {
  it("is read with what it holds, in low and in high memory", () => {
    const { tree, balloon } = balloonOf();
    tree.write(`${XEN_MEMORY}/info/high_kb`, "1024\n");
    tree.write(`${XEN_MEMORY}/retry_count`, "3\n");
    const [currentKib, lowKib] = ["current_kb", "low_kb"].map((name) =>
      Number(tree.read(`${XEN_MEMORY}/info/${name}`)),
    );
    const sumKib = (currentKib ?? 0) + (lowKib ?? 0) + 1024;
    expect(balloon.read()).toEqual({ targetKib: NOW_KIB, currentKib, sumKib, retryCount: 3 });
  });

  it.each([
    ["at the least", LEAST_KIB, LEAST_KIB],
    ["at the most", MOST_KIB, MOST_KIB],
    ["between, in whole pages", 400_003, 400_000],
  ])("takes a target %s", (_, targetKib, writtenKib) => {
    const { write, target } = balloonOf();
    expect(write(targetKib)).toBe(writtenKib);
    expect(target()).toBe(`${writtenKib}`);
  });

  it.each([LEAST_KIB - 1, MOST_KIB + 1, 0, -4, 400_000.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "is never written a target of %d KiB",
    (targetKib) => {
      const { write, target } = balloonOf();
      const details = { targetKib, leastKib: LEAST_KIB, mostKib: MOST_KIB };
      expect(() => write(targetKib)).toThrow(expect.objectContaining({ code: "ERR_TARGET_UNSAFE", details }));
      expect(target()).toBe("524288\n");
    },
  );

  it("is left to whoever has set another target since", () => {
    const { write, target } = balloonOf();
    expect(write(400_000, 500_000)).toBeNull();
    expect(target()).toBe("524288\n");
  });

  it("leaves what the toolstack wrote right after us, if a guest can live with it", () => {
    const { files, write, target } = balloonOf(() => `${LEAST_KIB}\n`);
    expect(write(400_003)).toBe(400_000);
    expect(files.written).toEqual(["400000"]);
    expect(target()).toBe(`${LEAST_KIB}\n`);
  });

  it("has its target back, and says all of it, when a write was taken for less than a guest can live with", () => {
    const taken = (text: string) => (text === "400000" ? `${LEAST_KIB - 4}\n` : text);
    const { files, write, target } = balloonOf(taken);
    const details = { targetKib: 400_000, readKib: LEAST_KIB - 4, oldKib: NOW_KIB };
    expect(() => write(400_003)).toThrow(
      expect.objectContaining({ code: "ERR_TARGET_NOT_TAKEN", details: expect.objectContaining(details) }),
    );
    expect(files.written).toEqual(["400000", "524288"]);
    expect(target()).toBe("524288");
  });
});
