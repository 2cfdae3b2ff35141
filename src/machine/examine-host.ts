import { type Finding, finding } from "../core/finding.ts";
import { sightOf } from "../core/host/host-reading.ts";
import { linesOf, needOf } from "../core/host/need.ts";
import { mibFromBytes } from "../core/units.ts";
import { parseArcReclaimable } from "../formats/arcstats.ts";
import { parseOptional } from "../formats/kernel-text.ts";
import { parseNumberFile } from "../formats/number-file.ts";
import type { MachineFiles } from "./files.ts";
import { lookAtHostMemory } from "./host-memory.ts";

const KSM = "/sys/kernel/mm/ksm";

/** What `doctor` says of a host's own memory, and of what in it keeps a balloon from freeing what it takes. */
export function examineHostMemory(files: MachineFiles): readonly Finding[] {
  return [examineNeed(files), ...examineArc(files), ...examineKsm(files)];
}

function examineNeed(files: MachineFiles): Finding {
  const { reading, isOfCgroup } = lookAtHostMemory(files);
  const sight = sightOf(null, reading, 0);
  const need = needOf(sight, false);
  const { totalBytes, availableBytes } = sight;
  if (need === null || totalBytes === null || availableBytes === null) {
    const where = files.resolve("/proc/meminfo");
    return finding("warn", `The host's need can't be judged: ${where} does not say what is available.`);
  }
  const whose = isOfCgroup ? "The cgroup that we are in" : "The host";
  const has = `${whose} has ${mibFromBytes(availableBytes)} of ${mibFromBytes(totalBytes)} MiB available`;
  if (need.need === 0)
    return finding(
      "ok",
      `${has}; it needs memory of its guests below ${mibFromBytes(linesOf(totalBytes).beginBytes)}.`,
    );
  const what = need.isEmergency ? "it is about to run out" : "it needs memory of its guests";
  return finding(
    "warn",
    `${has}: ${what}.`,
    'Give the guests less, or set take = "as_needed" under [host] and name them under [guests].',
  );
}

function examineArc(files: MachineFiles): readonly Finding[] {
  const bytes = parseOptional(parseArcReclaimable, files.readIfPossible("/proc/spl/kstat/zfs/arcstats"));
  if (bytes === null) return [];
  return [
    finding(
      "info",
      `ZFS's cache (ARC) would give ${mibFromBytes(bytes)} MiB back: they count as available.`,
      ARC_LIMIT,
    ),
  ];
}

const ARC_LIMIT = "Where it gives way too slowly, limit it: echo BYTES > /sys/module/zfs/parameters/zfs_arc_max";

/** Linux, Documentation/admin-guide/mm/ksm.rst: 1 merges, 2 has taken all apart. */
function examineKsm(files: MachineFiles): readonly Finding[] {
  const numberOf = (name: string): number | null => {
    const path = `${KSM}/${name}`;
    return parseOptional((text) => parseNumberFile(text, path), files.readIfPossible(path));
  };
  if (numberOf("run") !== 1) return [];
  const what =
    `KSM merges equal pages of guests (${numberOf("pages_sharing") ?? "an unknown number of"} pages share another now): ` +
    "a balloon that takes a merged page frees nothing, and a guest that writes to one takes memory at once.";
  return [
    finding(
      "info",
      what,
      "For memory that surely comes free: systemctl disable --now ksmtuned; echo 2 > /sys/kernel/mm/ksm/run",
    ),
  ];
}
