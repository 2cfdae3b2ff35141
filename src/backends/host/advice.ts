import { type Finding, finding } from "../../core/finding.ts";
import { BYTES_PER_MIB, mibFromBytes } from "../../core/units.ts";
import type { GuestFacts, ReadingFacts, Remedies } from "./guest-facts.ts";
import { HINDRANCES } from "./hindrances.ts";
import { sourceFindings } from "./source-advice.ts";

/** What `doctor` says of one guest: what is missing, and the line that remedies it. */
export function examineGuest(facts: GuestFacts, remedies: Remedies): readonly Finding[] {
  const { guest } = facts;
  if (!facts.hasBalloon)
    return [{ ...finding("fail", `${guest} has no balloon device, so it can't be moved.`, remedies.balloon), guest }];
  const findings = [
    ...facts.hindrances.map((name) => finding("fail", `${guest}: ${HINDRANCES[name]}.`, remedies[name])),
    ...sourceFindings(facts, remedies),
    ...(facts.deflatesOnOom ? [] : [finding("info", `${guest} has no deflate-on-oom.`, remedies.deflateOnOom)]),
    ...reportingFindings(facts, remedies),
    ...unballoonedFindings(facts, remedies),
    ...swapFindings(guest, facts.reading),
  ];
  const isWell = findings.every(({ level }) => level === "info") && !facts.reading.isLeftAlone;
  const all = isWell ? [wellEquipped(facts), ...findings] : findings;
  return all.map((one) => ({ ...one, guest }));
}

function wellEquipped({ guest, reportsFreePages, reading }: GuestFacts): Finding {
  const agent = reading.isByAgent ? " an agent," : "";
  const has = reportsFreePages
    ? `a balloon,${agent} statistics and free page reporting`
    : `a balloon,${agent} statistics`;
  return finding("ok", `${guest} has ${has.replace(/, statistics$/, " and statistics")}.`);
}

/** Where memory stays with the machine, this frees none either. */
function reportingFindings(
  { guest, reportsFreePages, hindrances }: GuestFacts,
  remedies: Remedies,
): readonly Finding[] {
  if (reportsFreePages || hindrances.length > 0) return [];
  const what =
    `${guest} has no free page reporting: with it, pages that the guest's kernel frees go back to the host within ` +
    "seconds, whatever the balloon does. It is worth having.";
  return [finding("info", what, remedies.freePageReporting)];
}

/** DIMMs are not of these: the balloon counts them. */
function unballoonedFindings({ guest, reading }: GuestFacts, remedies: Remedies): readonly Finding[] {
  const { unballoonedBytes } = reading;
  if (unballoonedBytes === 0) return [];
  const what =
    `${guest} has ${mibFromBytes(unballoonedBytes)} MiB that its balloon does not count, as of virtio-mem: no balloon takes them, and ` +
    "they are charged to the host.";
  return [finding("info", what, remedies.unballooned)];
}

const SWAP_CURE =
  "In the guest: set up zram (zram-tools, systemd-zram-generator), a swap partition or, where its filesystem takes one, a swap file.";

/** A swap area is a page smaller than what it lies on. */
const HEADER_BYTES = BYTES_PER_MIB;

function swapFindings(guest: string, { swapBytes, maximumBytes }: ReadingFacts): readonly Finding[] {
  if (swapBytes === null) return [];
  const why =
    "a single allocation larger than its free memory and swap is refused, and a burst may have nowhere to go.";
  if (swapBytes === 0) return [finding("warn", `${guest} has no swap: ${why}`, SWAP_CURE)];
  if (maximumBytes === null || swapBytes + HEADER_BYTES >= maximumBytes) return [];
  const sizes = `${mibFromBytes(swapBytes)} MiB of swap for at most ${mibFromBytes(maximumBytes)} MiB of RAM`;
  return [finding("warn", `${guest} has ${sizes}: ${why}`, SWAP_CURE)];
}
