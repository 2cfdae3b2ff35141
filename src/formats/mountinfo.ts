import { decodeOctal } from "./octal.ts";

/** A filesystem where it is mounted. */
export interface Mount {
  /** Its device's numbers, `252:1`; of filesystems on none, or on several, a number of their own. */
  readonly device: string;
  readonly mountPoint: string;
  /** `ext4`, `btrfs`, `zfs`. */
  readonly filesystem: string;
  /** What is mounted: a device's path, a ZFS dataset's name. */
  readonly source: string;
  readonly isReadOnly: boolean;
}

/** Most mounts that are read; hosts of containers have some thousands. */
const MAX_MOUNTS = 16_384;

/**
 * Read `/proc/self/mountinfo` (proc(5)): ID, parent, device, root, mount point, options, any number of tags, a dash, type,
 * source, the filesystem's own options. Lines of another form are left out.
 */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split("\n", MAX_MOUNTS).flatMap((line) => parseMount(line) ?? []);
}

function parseMount(line: string): Mount | null {
  const [own = "", ofFilesystem = ""] = line.split(" - ", 2);
  const [, , device = "", , mountPoint = "", options = ""] = own.split(" ");
  const [filesystem = "", source = "", superOptions = ""] = ofFilesystem.split(" ");
  if (!mountPoint.startsWith("/") || filesystem === "" || !/^[0-9]{1,8}:[0-9]{1,8}$/.test(device)) return null;
  const isReadOnly = [options, superOptions].some((list) => list.split(",").includes("ro"));
  return { device, mountPoint: decodeOctal(mountPoint), filesystem, source: decodeOctal(source), isReadOnly };
}

/** Where `path` lies; null if no mount is above it. Of several at one place the last one hides the others. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  const above = mounts.filter(({ mountPoint: at }) => at === "/" || at === path || path.startsWith(`${at}/`));
  return above.reduce<Mount | null>(
    (deepest, mount) => (deepest !== null && deepest.mountPoint.length > mount.mountPoint.length ? deepest : mount),
    null,
  );
}
