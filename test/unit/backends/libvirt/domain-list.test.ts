import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDomainList } from "../../../../src/backends/libvirt/domain-list.ts";

const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";
const OTHER = "00000000-1111-4111-8111-000000000002";

describe("virsh list", () => {
  it("tells every domain's UUID, ID and name", () => {
    const text = `${UUID} 1 test\n${OTHER} 12   odd 'name" \n\n`;
    expect([...parseDomainList(text).values()]).toEqual([
      { uuid: UUID, id: 1, name: "test" },
      { uuid: OTHER, id: 12, name: `  odd 'name" ` },
    ]);
  });

  it("leaves a name out that stands there twice", () => {
    expect([...parseDomainList(`${UUID} 1 one\n${OTHER} 2 one\n${OTHER} 3 two\n`).keys()]).toEqual(["two"]);
  });

  it("leaves out what is no domain", () => {
    const text = `error\n${UUID}\n${UUID} 1\n${UUID} - off\nx${UUID} 1 name\n${UUID.replaceAll("-", "")} 1 name\n`;
    expect([...parseDomainList(text)]).toEqual([]);
  });

  it("takes any text without throwing", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDomainList(text)));
  });
});
