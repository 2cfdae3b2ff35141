/** Things worth telling that are neither a decision nor an error; `{name}` stands for a detail. */
export const NOTICES = {
  target_moved: "somebody else moved the balloon's target from {ownMib} to {newMib} MiB; that is the most from now on",
  ceiling_learned:
    "the balloon does not go above {ceilingMib} MiB, though {wantedMib} were asked for; that is the most from now on",
  ceiling_lifted: "the toolstack raised the balloon's target to {newMib} MiB; that is the most from now on",
  failed_open: "nothing could be read of the guest for {silentS} s, so it was given all its memory back",
  failed_open_in_part:
    "nothing could be read of the guest for {silentS} s, so it was given {mib} of its {ofMib} MiB: the rest is what the other guests have, or may come to need",
  restarts: "the guest restarts, so it was given all its memory for the boot",
  no_effect:
    "the guest gave {gaveMib} MiB to its balloon, but its process on the host still holds {rssMib} MiB (hugepages, locked memory or VFIO?); no more is taken",
  overclaims:
    "the guest claims {claimedMib} MiB for itself, of which {believedMib} can be true as its host sees it; only those count beside others",
  host_needs:
    "the host needs memory: {availableMib} of {totalMib} MiB are available there; guests give what they can spare",
  host_emergency:
    "the host is about to run out: {availableMib} of {totalMib} MiB are available there; every guest gives at once what it does not use",
  host_has_enough: "the host has enough again: {availableMib} of {totalMib} MiB are available there",
  quiet_begins: "the guest's quiet hours have begun: what it has is not taken from it",
  quiet_ends: "the guest's quiet hours are over",
  retries_given_up: "the kernel had given up at {currentMib} MiB on the way to {targetMib}; it was woken up",
  agent_lost: "the guest agent no longer answers; the target is held",
  agent_nonsense:
    "what the guest agent says can't be; committed memory is estimated from the balloon's statistics, and the agent is asked again in half a minute",
  agent_back: "the guest agent answers again",
  weaker_source:
    "no agent in the guest tells how its memory stands, so what it needs is estimated from its balloon's statistics, which is less exact; `selfballoon doctor` says what to do",
  watch_slowed:
    "{guests} guests are too many to look at each every {wantedMs} ms between its steps: it is every {watchMs} ms",
  guests_left_out:
    "{found} guests were found, and one daemon manages {max}: the others are left alone, and what they have is not counted, so lower memory_mb by it",
  size_unknown:
    "the size of {guests} of the guests is not known: such guests are left alone, and what they have is not counted, so lower memory_mb by it, or set their max_mb",
  fleet_back: "the fleet is told again after {awayS} s; {dropped} records were dropped meanwhile",
  notify_back: "whom [notify] names takes what it is told again; {failed} records were not taken meanwhile",
  notify_dropped: "{dropped} records were not handed to whom [notify] names: more came than can be told",
  fleet_settings: "the fleet's settings were taken: {taken} of them, and {refused} refused",
  toolstack_back: "dom0 is shown how the guest stands again, after {awayS} s",
  budget_exceeded:
    "guests that are not managed and the floors of the others are {minMib} MiB, more than the {capacityMib} MiB that all guests may have: raise memory_mb, or stop a guest",
  reservation_taken: "the guest is there and has the {mib} MiB that were reserved for it",
  overcommitted:
    "what the guests could have together is {ratio} times the {capacityMib} MiB that they may have, more than overcommit = {limit} allows",
  statistics_frozen: "the balloon's statistics have stood still for {ageS} s; the target is held",
} as const satisfies Record<string, string>;

export type NoticeCode = keyof typeof NOTICES;

/** One notice: a stable code and its facts. */
export interface Notice {
  readonly code: NoticeCode;
  readonly details: Readonly<Record<string, number>>;
}

/** The sentence that a notice says. */
export function describeNotice(notice: Notice): string {
  return NOTICES[notice.code].replace(/\{(\w+)\}/g, (_, name: string) => String(notice.details[name] ?? "?"));
}
