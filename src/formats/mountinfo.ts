/** One mount of `/proc/self/mountinfo` (proc(5)). */
export interface Mount {
  readonly mountpoint: string;
  readonly type: string;
  /** What is mounted, in the words of who mounted it. */
  readonly source: string;
}

/** ID, parent, device, root, mountpoint, options, optional fields, a dash, type, source. */
const LINE = /^[0-9]+ [0-9]+ [0-9]+:[0-9]+ \S+ (\S+) \S+(?: \S+)* - (\S+) (\S+)(?: |$)/;

/** The mounts, in the kernel's order: a later one covers an earlier one at the same place. Lines that are none are left out. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [, mountpoint, type, source] = LINE.exec(line) ?? [];
    if (mountpoint === undefined || type === undefined || source === undefined) return [];
    return { mountpoint: unquoted(mountpoint), type, source: unquoted(source) };
  });
}

/** Spaces and the like are written as three octal digits. The rest are bytes of UTF-8 that are read as such. */
function unquoted(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
