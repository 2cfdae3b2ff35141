import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { isOpen, isOwnHost, urlHost } from "../../../src/api/host-check.ts";

const NAME = hostname();

describe("a request's Host", () => {
  it.each([
    ["localhost:8080", "10.0.0.5", 8080],
    ["LocalHost:8080", undefined, 8080],
    [`${NAME.toUpperCase()}:8080`, undefined, 8080],
    ["10.0.0.5:8080", "10.0.0.5", 8080],
    ["10.0.0.5:8080", "::ffff:10.0.0.5", 8080],
    ["[fd00::5]:8080", "fd00::5", 8080],
    ["[FD00::5]:8080", "fd00::5", 8080],
    ["localhost", undefined, 80],
    ["LOCALHOST", undefined, 80],
    [NAME.toUpperCase(), undefined, 80],
    ["10.0.0.5", "10.0.0.5", 80],
    ["[fd00::5]", "fd00::5", 80],
    ["localhost:80", undefined, 80],
  ])("of %s is this server's at %s, port %d", (host, localAddress, port) => {
    expect(isOwnHost(host, localAddress, port)).toBe(true);
  });

  it.each([
    ["no name", undefined, "10.0.0.5", 8080],
    ["an empty name", "", "10.0.0.5", 80],
    ["a name at a connection that is gone", "localhost:undefined", undefined, undefined],
    ["another name", "evil.example:8080", "10.0.0.5", 8080],
    ["another name at the port that goes without saying", "evil.example", "10.0.0.5", 80],
    ["no port where it must be said", "localhost", undefined, 8080],
    ["another port", "localhost:8081", undefined, 8080],
    ["another address", "10.0.0.6:8080", "10.0.0.5", 8080],
    ["an address that nobody came to", "undefined:8080", undefined, 8080],
    ["an address without its brackets", "fd00::5:8080", "fd00::5", 8080],
  ])("is not this server's with %s", (_, host, localAddress, port) => {
    expect(isOwnHost(host, localAddress, port)).toBe(false);
  });

  it("may be one that the operator allows, but of no connection that is gone", () => {
    const allowed = ["Balloon.example.org"];
    expect(isOwnHost("balloon.EXAMPLE.org", undefined, 8080, allowed)).toBe(true);
    expect(isOwnHost("balloon.example.org", undefined, undefined, allowed)).toBe(false);
    expect(isOwnHost("balloon.example.org:8080", undefined, 8080, allowed)).toBe(false);
  });
});

describe("an address that is listened on", () => {
  it.each(["localhost", "::1", "127.0.0.1", "127.1.2.3"])("is for this machine alone: %s", (host) => {
    expect(isOpen(host)).toBe(false);
  });

  it.each(["0.0.0.0", "::", "10.127.0.1", "192.168.0.127", "fd00::127", "127", "127.example", "web.example"])(
    "is open to others: %s",
    (host) => {
      expect(isOpen(host)).toBe(true);
    },
  );

  it.each([
    ["10.0.0.5", "10.0.0.5"],
    ["web.example", "web.example"],
    ["::1", "[::1]"],
    ["::ffff:10.0.0.5", "10.0.0.5"],
    ["::ffff:a00:5", "[::ffff:a00:5]"],
    ["::ffff:10:5", "[::ffff:10:5]"],
    ["fd00::ffff:10.0.0.5", "[fd00::ffff:10.0.0.5]"],
  ])("is written in a URL as its kind is: %s as %s", (address, written) => {
    expect(urlHost(address)).toBe(written);
  });
});
