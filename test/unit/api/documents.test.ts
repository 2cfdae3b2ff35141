import { describe, expect, it } from "vitest";
import { Documents } from "../../../src/api/documents.ts";

function rig() {
  const clock = { nowMs: 0 };
  const documents = new Documents(() => clock.nowMs);
  let made = 0;
  const get = async (name: string) => {
    const make = () => {
      made += 1;
      return Promise.resolve(Buffer.from(`${name} ${made}`));
    };
    return (await documents.get(name, make)).toString();
  };
  return { clock, documents, get };
}

describe("shared documents", () => {
  it("are made once for all who ask within a moment, and again after it", async () => {
    const { clock, get } = rig();
    expect([await get("guests"), await get("guests")]).toEqual(["guests 1", "guests 1"]);
    clock.nowMs = 199;
    expect(await get("guests")).toBe("guests 1");
    clock.nowMs = 200;
    expect(await get("guests")).toBe("guests 2");
  });

  it("are not mixed up, and forgotten when something has changed", async () => {
    const { documents, get } = rig();
    expect([await get("guests"), await get("metrics")]).toEqual(["guests 1", "metrics 2"]);
    documents.clear();
    expect(await get("guests")).toBe("guests 3");
  });
});
