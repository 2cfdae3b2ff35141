import { describe, expect, it } from "vitest";
import {
  eventChoiceOf,
  eventsAddress,
  guestAddress,
  guestOf,
  parseAddress,
  rangeOf,
} from "../../../src/web/address.ts";
import { ALL_EVENTS, type EventChoice } from "../../../src/web/event-lines.ts";

describe("the address of a guest's page", () => {
  it.each(["live", "day", { fromMs: 5000, toMs: 9000 }] as const)("says which time is shown: %j", (range) => {
    const address = parseAddress(guestAddress("a b/c?d", range));
    expect(guestOf(address)).toBe("a b/c?d");
    expect(rangeOf(address)).toEqual(range);
  });

  it.each(["?range=century", "?from=9&to=5", "?from=1", "?from=-1&to=2", "?from=1e9&to=1e10"])(
    "is live for %s, which makes no sense",
    (query) => {
      expect(rangeOf(parseAddress(`#/guests/a${query}`))).toBe("live");
    },
  );
});

describe("the address of the list of events", () => {
  it.each([
    ALL_EVENTS,
    { guest: "a b/c?d&kind=step", severity: "warning", kind: "fault" },
    { ...ALL_EVENTS, guest: "all" },
  ] as readonly EventChoice[])("says which are shown: %j", (choice) => {
    const address = parseAddress(eventsAddress(choice));
    expect(address.path).toBe("/events");
    expect(eventChoiceOf(address)).toEqual(choice);
  });

  it("asks for all where it makes no sense", () => {
    expect(eventChoiceOf(parseAddress("#/events?severity=dire&kind=toString&colour=red"))).toEqual(ALL_EVENTS);
  });
});
