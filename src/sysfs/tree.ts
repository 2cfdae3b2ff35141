import { DRIVER_TUNABLES, type TunableName, type TunableRow } from "../core/tunables.ts";
import type { FolderEntry, NodeStatus } from "./fuse-replies.ts";
import type { Attributes } from "./fuse-requests.ts";

/** The folder itself (FUSE_ROOT_ID); its files are numbered from the next one on, in the table's order. */
export const FOLDER = 1;

const FIRST_FILE = FOLDER + 1;

type FileRow = TunableRow & { readonly name: TunableName };

/** One folder with a file for each of the driver's tunables. Modes and owners can be changed, and live as long as the tree. */
export class Tree {
  private readonly bornS: number;
  private readonly changed = new Map<number, Attributes<number>>();

  /** `bornS` is when the files appear, in seconds since 1970. */
  constructor(bornS: number) {
    this.bornS = bornS;
  }

  /** The tunable behind a file; null for the folder, and for what is not there. */
  row(node: number): FileRow | null {
    return DRIVER_TUNABLES[node - FIRST_FILE] ?? null;
  }

  /** Null if there is nothing of that number. */
  status(node: number): NodeStatus | null {
    const isFolder = node === FOLDER;
    if (!isFolder && this.row(node) === null) return null;
    const attributes = this.changed.get(node) ?? { mode: isFolder ? 0o755 : 0o644, uid: 0, gid: 0 };
    return { node, isFolder, bornS: this.bornS, ...attributes };
  }

  /** The file of that name, null if there is none. */
  find(name: string): NodeStatus | null {
    const index = DRIVER_TUNABLES.findIndex((row) => row.name === name);
    return index === -1 ? null : this.status(FIRST_FILE + index);
  }

  change(node: number, { mode, uid, gid }: Attributes<number | null>): void {
    const before = this.status(node);
    if (before === null) return;
    this.changed.set(node, { mode: mode ?? before.mode, uid: uid ?? before.uid, gid: gid ?? before.gid });
  }

  /** What a listing shows; the files of compressed swap only where there are such. */
  entries(hasCompressedSwap: boolean): readonly FolderEntry[] {
    const files = DRIVER_TUNABLES.map(({ name }, index) => ({ name, node: FIRST_FILE + index, isFolder: false }));
    const folders = [".", ".."].map((name) => ({ name, node: FOLDER, isFolder: true }));
    return [...folders, ...files.filter(({ node }) => hasCompressedSwap || !this.row(node)?.needsCompressedSwap)];
  }
}
