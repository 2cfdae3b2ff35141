import { describe, expect, it } from "vitest";
import { retryDelayMs } from "../../../src/fleet/connect.ts";
import { hostNameFrom, parseHostKey } from "../../../src/fleet/names.ts";

describe("a lost connection", () => {
  it("is tried again ever later, up to 30 s, and up to a half sooner by chance", () => {
    expect([0, 1, 2, 3, 20, 1000].map((nth) => retryDelayMs(nth, 0))).toEqual([500, 1000, 2000, 4000, 30_000, 30_000]);
    expect(retryDelayMs(20, 1)).toBe(15_000);
  });
});

describe("a host's name", () => {
  it("is one word of a subject, whatever the machine is called", () => {
    expect(["web-1.example.org", "über", "", "_x", "a".repeat(80)].map(hostNameFrom)).toEqual([
      "web-1",
      "host",
      "host",
      "host",
      "a".repeat(63),
    ]);
  });

  it("is found in its keys, and in no other", () => {
    expect(parseHostKey("h1.state")).toEqual({ host: "h1", key: "state" });
    expect(["h1", "h1.other", "h1.state.more", "*.state", ".state"].map(parseHostKey)).toEqual(Array(5).fill(null));
  });
});
