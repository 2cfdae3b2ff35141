import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainNames, type ShownDomain } from "../../../../src/backends/libvirt/domain-names.ts";

const uuidOf = (nth: number): string => `00000000-1111-4111-8111-${String(nth).padStart(12, "0")}`;
/** Connections are named by the operator, but for `found`. */
const shown = (connection: string, nth: number, name: string): ShownDomain => ({
  connection,
  isFound: connection === "found",
  uuid: uuidOf(nth),
  id: nth,
  name,
});

/** Who goes by which name, as `CONNECTION/NAME`, and what was said besides. */
function assigned(names: DomainNames, ...domains: readonly ShownDomain[]) {
  const { guests, problems } = names.assign(domains);
  return {
    guests: Object.fromEntries([...guests].map(([guest, { connection, name }]) => [guest, `${connection}/${name}`])),
    said: problems.map(({ message }) => message),
  };
}

const isThere = (had: ShownDomain, look: readonly ShownDomain[]): boolean =>
  look.some((one) => JSON.stringify(one) === JSON.stringify(had));

const mayLose = (had: ShownDomain, look: readonly ShownDomain[]): boolean =>
  had.isFound && look.some(({ isFound }) => !isFound);

describe("the names of domains over several connections", () => {
  it("are those that the connections show", () => {
    expect(assigned(new DomainNames(), shown("a", 1, "web"), shown("b", 2, "db"))).toEqual({
      guests: { web: "a/web", db: "b/db" },
      said: [],
    });
  });

  it("are the first connection's where two show the same at once, and the other goes by its UUID", () => {
    const { guests, said } = assigned(new DomainNames(), shown("a", 1, "web"), shown("b", 2, "web"));
    expect(guests).toEqual({ web: "a/web", [uuidOf(2)]: "b/web" });
    expect(said).toEqual([
      expect.stringMatching(/^the domain web at b must differ .* another at a, .* it goes by its UUID, 0.*02$/),
    ]);
  });

  it("stay with who has them, whoever comes before in the order", () => {
    const names = new DomainNames();
    assigned(names, shown("b", 2, "web"));
    const both = [shown("a", 1, "web"), shown("b", 2, "web")];
    for (let look = 0; look < 2; look += 1) {
      const { guests, said } = assigned(names, ...both);
      expect(guests).toEqual({ web: "b/web", [uuidOf(1)]: "a/web" });
      expect(said).toEqual([expect.stringContaining("it goes by its UUID")]);
    }
  });

  it("are UUIDs only while another has the name", () => {
    const names = new DomainNames();
    assigned(names, shown("a", 1, "web"), shown("b", 2, "web"));
    expect(assigned(names, shown("b", 2, "web"))).toEqual({ guests: { web: "b/web" }, said: [] });
    expect(assigned(names, shown("a", 1, "web"), shown("b", 2, "web")).guests).toEqual({
      [uuidOf(1)]: "a/web",
      web: "b/web",
    });
  });

  it.each([
    ["name", shown("found", 1, "web"), shown("named", 2, "web"), { web: "named/web", [uuidOf(1)]: "found/web" }],
    ["UUID", shown("found", 1, "other"), shown("named", 1, "web"), { web: "named/web" }],
    [
      "UUID as its name",
      shown("found", 1, uuidOf(2)),
      shown("named", 2, "*"),
      { [uuidOf(2)]: "named/*", [uuidOf(1)]: `found/${uuidOf(2)}` },
    ],
  ])("are taken by a named connection's domain from a found one's that has its %s", (_, found, named, expected) => {
    const names = new DomainNames();
    assigned(names, found);
    expect(assigned(names, found, named).guests).toEqual(expected);
    expect(assigned(new DomainNames(), found, named).guests).toEqual(expected);
  });

  it("are given once for a UUID that two connections show, and the other is left alone", () => {
    const names = new DomainNames();
    const both = [shown("a", 1, "web"), shown("b", 1, "other")];
    expect(assigned(names, ...both)).toEqual({
      guests: { web: "a/web" },
      said: [expect.stringMatching(/^the domain other at b must differ .*; it is left alone$/)],
    });
    expect(assigned(names, shown("b", 1, "other"))).toEqual({ guests: { other: "b/other" }, said: [] });
  });

  it.each([["*"], [""], ["n".repeat(256)]])("are UUIDs where libvirt's name is no guest's: %j", (name) => {
    expect(assigned(new DomainNames(), shown("a", 1, name)).guests).toEqual({ [uuidOf(1)]: `a/${name}` });
  });

  it("leave alone whose UUID is another's name, and whose own name is taken", () => {
    const domains = [shown("a", 1, uuidOf(2)), shown("a", 3, "web"), shown("b", 2, "web")];
    const { guests, said } = assigned(new DomainNames(), ...domains);
    expect(guests).toEqual({ [uuidOf(2)]: `a/${uuidOf(2)}`, web: "a/web" });
    expect(said).toEqual([expect.stringContaining("it is left alone")]);
  });

  it("never stand for two, nor does a domain stand for two guests, and nobody loses one to a newcomer that is not trusted more", () => {
    const domain = fc
      .tuple(fc.constantFrom("a", "b", "found"), fc.nat(4), fc.constantFrom("web", "db", "*", uuidOf(1), uuidOf(2)))
      .map(([connection, nth, name]) => shown(connection, nth, name));
    fc.assert(
      fc.property(fc.array(fc.array(domain, { maxLength: 8 }), { maxLength: 6 }), (looks) => {
        const names = new DomainNames();
        let before: ReadonlyMap<string, ShownDomain> = new Map();
        for (const look of looks) {
          const { guests } = names.assign(look);
          const uuids = [...guests.values()].map(({ uuid }) => uuid);
          expect(new Set(uuids).size).toBe(uuids.length);
          expect(guests.has("*")).toBe(false);
          const stay = [...before].filter(([, had]) => isThere(had, look) && !mayLose(had, look));
          for (const [guest, had] of stay) expect([guests.get(guest), guests.get(had.name)]).toContainEqual(had);
          before = guests;
        }
      }),
    );
  });
});
