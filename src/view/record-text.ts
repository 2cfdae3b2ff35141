import { ALL_GUESTS } from "../core/all-guests.ts";
import { GIVE_CAUSES } from "../core/guest/events.ts";
import { RESERVATION_ENDS, type ReservationEvent } from "../core/host/reservation.ts";
import type { GiveRecord, JournalRecord } from "../core/journal-record.ts";
import { describeNotice } from "../core/notices.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { SHRINK_ENDS } from "../core/swap-shrinker.ts";
import { bytesText } from "./amounts.ts";
import { needPercent } from "./host-budget.ts";
import { reasonText } from "./reason-text.ts";

/** The guest that a record is of; null where it is of all. */
export function guestOfRecord(record: JournalRecord): string | null {
  if (record.kind === "step") return record.decision.guest;
  return "guest" in record && record.guest !== ALL_GUESTS ? record.guest : null;
}

/** What a record says, as a sentence; of which guest is told beside it. */
export function recordText(record: JournalRecord): string {
  switch (record.kind) {
    case "step": {
      const { decision, observation } = record;
      const target =
        decision.targetPages === null ? "" : ` Target ${bytesText(decision.targetPages * observation.pageBytes)}.`;
      if (record.isPaused) return "Paused: nothing is moved.";
      return `${reasonText(decision, observation, record.wantedPages)}${target}`;
    }
    case "fault":
      return shownText(record.problem, SENTENCE_LENGTH);
    case "notice":
      return describeNotice(record.notice);
    case "shrink":
      return `${bytesText(record.freedPages * record.pageBytes)} brought back from compressed swap. ${SHRINK_ENDS[record.end]}`;
    case "pause":
      return record.paused ? "It was paused." : record.released ? "It was released." : "It was resumed.";
    case "guest":
      return record.change === "found" ? "It was found." : "It has disappeared.";
    case "give":
      return `${giftText(record)} ${GIVE_CAUSES[record.because]}`;
    case "size":
      return `It has ${bytesText(record.currentBytes)} of ${bytesText(record.maximumBytes)}.`;
    case "rise":
      return `Its demand may rise by ${Math.ceil(record.risePages)} pages before its balloon answers, within ${record.answerMs} ms.`;
    case "rules":
      return `The host has ${bytesText(record.budget.memoryBytes)} for its guests.`;
    case "host":
      return record.need === null
        ? "The host does not say how much it needs its memory."
        : `The host's need of memory is ${needPercent(record.need)}.`;
    case "reservation":
      return reservationText(record.event);
    case "settings":
      return `Its settings were changed: ${Object.entries(record.values)
        .map(([name, value]) => `${name} ${value === null ? "as configured" : `= ${value}`}`)
        .join(", ")}.`;
    case "tunables":
      return `Tunables were changed: ${Object.entries(record.values)
        .map(([name, value]) => `${name} = ${value}`)
        .join(", ")}.`;
  }
}

function reservationText(event: ReservationEvent): string {
  if (event.kind === "asked") return "Guests go down for what is reserved.";
  if (event.kind === "ended") return `A reservation has ended. ${RESERVATION_ENDS[event.because]}`;
  const { guest, bytes } = event.reservation;
  return `${bytesText(bytes)} are kept free${guest === null ? "" : ` for ${shownText(guest)}`}.`;
}

function giftText({ bytes, ofBytes, isAll, isDone }: GiveRecord): string {
  if (!isDone) return "It could not be given its memory; that is tried again.";
  if (bytes === null) return "It is given all its memory.";
  return isAll
    ? `It is given ${bytesText(bytes)}.`
    : `It got ${bytesText(bytes)} of ${bytesText(ofBytes)}: the host has no more for it now.`;
}
