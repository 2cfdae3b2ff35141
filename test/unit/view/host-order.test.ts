import { describe, expect, it } from "vitest";
import { byTrouble, hostsWithWords } from "../../../src/view/host-order.ts";

const host = (name: string, [short, held, unreadable]: readonly [number, number, number], rack = "a1") => ({
  host: name,
  state: { short, held, unreadable, labels: { rack } },
});

describe("the order of a fleet's hosts", () => {
  it("has those that run out of memory first, then those with most short guests, then those whose guests can't be read or are held, and leaves others be", () => {
    const hosts = [
      host("well", [0, 0, 0]),
      { host: "silent", state: null },
      host("held", [0, 1, 0]),
      host("short", [1, 0, 0]),
      host("shorter", [2, 0, 0]),
      host("unreadable", [0, 1, 3]),
      { host: "out", state: { ...host("out", [0, 0, 0]).state, health: { isEmergency: true } } },
    ];
    const order = hosts.toSorted(byTrouble).map((one) => one.host);
    expect(order).toEqual(["out", "shorter", "short", "unreadable", "held", "well", "silent"]);
  });

  it("finds hosts by all words of their names and labels, whatever their case", () => {
    const hosts = [host("h1", [0, 0, 0]), host("h2", [0, 0, 0], "B1"), { host: "h3", state: null }];
    const found = (text: string) => hostsWithWords(hosts, text).map((one) => one.host);
    expect(found("")).toEqual(["h1", "h2", "h3"]);
    expect(found("h rack=b1")).toEqual(["h2"]);
    expect(found("H3")).toEqual(["h3"]);
    expect(found("h1 rack=b1")).toEqual([]);
  });
});
