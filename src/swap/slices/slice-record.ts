import { rmSync, writeFileSync } from "node:fs";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import { HIGHEST_PRIORITY } from "../../formats/swaps.ts";
import { readText } from "../../machine/read-text.ts";
import { isSlicePath, type SliceArea } from "./slices.ts";

/** The record of the slice that was taken off, so that it is put back whoever was killed meanwhile. */
export class SliceRecord {
  private readonly path: string;

  /** `path` is a file of ours; its folder must be there. */
  constructor(path: string) {
    this.path = path;
  }

  /** @throws ERR_TOOL if it can't be written: without a record no slice may be taken off. */
  write({ path, priority }: SliceArea): void {
    try {
      writeFileSync(this.path, `${path}\n${priority}\n`, { mode: 0o600 });
    } catch (thrown) {
      throw selfballoonError("ERR_TOOL", { command: `a record of ${path}`, problem: problemOf(thrown) }, thrown);
    }
  }

  /** Null if there is none, or if it is not one of ours. */
  read(): SliceArea | null {
    const [, path = "", digits = ""] = /^(\S+)\n([0-9]{1,5})\n$/.exec(readText(this.path) ?? "") ?? [];
    const priority = Number(digits);
    return !isSlicePath(path) || priority > HIGHEST_PRIORITY ? null : { path, priority };
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
