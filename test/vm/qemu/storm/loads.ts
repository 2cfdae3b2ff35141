/** What a storm does to a guest. Sizes in MiB; each load takes memory, holds it for a moment, and gives it back. */
export type Load =
  /** One program allocates and fills `mib`, at most `mibPerS` of it in a second. */
  | { readonly kind: "burst"; readonly mib: number; readonly mibPerS: number }
  /** So many processes at once, each with memory of its own, all as fast as they can. */
  | { readonly kind: "forks"; readonly processes: number; readonly mib: number }
  /** The file set is read over and over, and a burst comes on top. */
  | { readonly kind: "files"; readonly passes: number; readonly mib: number; readonly mibPerS: number }
  /** A program that promises itself much at once and touches it slowly, as a Java machine does. */
  | { readonly kind: "promise"; readonly mib: number; readonly mibPerS: number };

/** Where the guest has the file set, and how large it is. */
export const FILES = { folder: "/in/files", count: 12, mibEach: 8 } as const;

/** It holds its memory this long, then checks every word of it. */
const HOLD_MS = 500;

const FILL = `--pattern --compressible --hold-ms ${HOLD_MS}`;

/** The load as a command of the guest's shell. It fails if one of its programs got no memory or lost some. */
export function commandOf(load: Load): string {
  switch (load.kind) {
    case "burst":
    case "promise":
      return burst(load.mib, load.mibPerS);
    case "forks":
      return together(Array.from({ length: load.processes }, () => `hog ${load.mib} ${FILL}`));
    case "files":
      return together([readFiles(load.passes), `usleep 700000; ${burst(load.mib, load.mibPerS)}`]);
  }
}

/** In a few words. */
export function describeLoad(load: Load): string {
  switch (load.kind) {
    case "burst":
    case "promise":
      return `${load.kind} of ${load.mib} MiB at ${load.mibPerS} MiB/s`;
    case "forks":
      return `${load.processes} processes of ${load.mib} MiB`;
    case "files":
      return `${load.passes} readings of ${FILES.count * FILES.mibEach} MiB of files, and ${load.mib} MiB at ${load.mibPerS} MiB/s`;
  }
}

function burst(mib: number, mibPerS: number): string {
  return `hog ${mib} --pace-mib-per-s ${mibPerS} ${FILL}`;
}

function readFiles(passes: number): string {
  const once = `for file in ${FILES.folder}/*; do dd if=$file of=/dev/null bs=256k 2>/dev/null || exit 1; done`;
  return Array.from({ length: passes }, () => once).join("; ");
}

/** All at once; fails as the first of them that does. */
function together(commands: readonly string[]): string {
  const start = commands.map((command) => `(${command}) & all="$all $!"`);
  return `${start.join("; ")}; code=0; for one in $all; do wait $one || code=$?; done; exit $code`;
}
