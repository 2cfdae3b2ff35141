import { putNewest } from "../core/bounded-map.ts";
import type { ReadRequest } from "./fuse-requests.ts";

/** A reader that is forgotten among so many reads on in fresh text, and can't tell. */
const MAX_SNAPSHOTS = 1024;

/** What a reader was given, and where it is in it. */
interface Snapshot {
  readonly text: Buffer;
  readonly nextOffset: number;
}

/**
 * What each open file was given, so that one that is read in pieces is read as it was at the first piece. Read again from the
 * start, or from anywhere but where the last piece ended, it is fresh: as sysfs has it.
 */
export class Snapshots {
  private readonly held = new Map<number, Snapshot>();
  private opened = 0;

  /** A handle for a file that is opened. */
  open(): number {
    this.opened += 1;
    return this.opened;
  }

  forget(handle: number): void {
    this.held.delete(handle);
  }

  /** A piece of the file; `fresh` gives its text. */
  async read({ handle, offset, bytes }: ReadRequest, fresh: () => Promise<string>): Promise<Buffer> {
    const held = this.held.get(handle);
    const text =
      held !== undefined && offset > 0 && offset === held.nextOffset ? held.text : Buffer.from(await fresh());
    const piece = text.subarray(offset, offset + bytes);
    putNewest(this.held, handle, { text, nextOffset: offset + piece.length }, MAX_SNAPSHOTS);
    return piece;
  }
}
