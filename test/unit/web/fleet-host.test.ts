import { afterEach, describe, expect, it, vi } from "vitest";
import { apiPath, fleetHost, hostAddress } from "../../../src/web/fleet-host.ts";

const at = (pathname: string): void => void vi.stubGlobal("location", { pathname });

afterEach(() => void vi.unstubAllGlobals());

describe("a page", () => {
  it.each(["/", "/fleet.html", "/hosts/", "/hosts/a/b/", "/hosts/-a/", "/hosts/../", "/hosts/a%20b/"])(
    "at %s is its server's own",
    (pathname) => {
      at(pathname);
      expect(fleetHost()).toBeNull();
      expect(apiPath("/v1/guests")).toBe("/v1/guests");
    },
  );

  it("at a host's place of a fleet is that host's, and reads through the fleet", () => {
    at("/hosts/host-1/");
    expect(fleetHost()).toBe("host-1");
    expect(apiPath("/v1/guests")).toBe("/v1/fleet/hosts/host-1/v1/guests");
    expect(apiPath("/v1/fleet/hosts/host-1")).toBe("/v1/fleet/hosts/host-1");
  });

  it("has the address of a host, and of its guest", () => {
    expect(hostAddress("h1")).toBe("/hosts/h1/");
    expect(hostAddress("h1", "a b/c")).toBe("/hosts/h1/#/guests/a%20b%2Fc");
  });
});
