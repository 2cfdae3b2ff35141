import { describe, expect, it } from "vitest";
import {
  isInScope,
  parseLabel,
  parseScopeKey,
  type Scope,
  scopeKey,
  scopesOf,
  scopeText,
} from "../../../src/fleet/scope.ts";

const SCOPES: readonly Scope[] = [
  { kind: "all" },
  { kind: "label", name: "rack", value: "a-1" },
  { kind: "host", host: "host_1" },
];

describe("a scope of settings", () => {
  it.each(SCOPES.map((scope) => [scopeText(scope), scope] as const))(
    "%s has a key that says which it is",
    (_, scope) => {
      expect(parseScopeKey(scopeKey(scope))).toEqual(scope);
    },
  );

  it.each([
    "",
    "everything",
    "all.",
    "host",
    "host.",
    "host.a.b",
    "host.a b",
    "label.rack",
    "label.rack.a.b",
    "label..a",
  ])("has no key such as %j", (key) => expect(parseScopeKey(key)).toBeNull());

  it.each(["rack", "rack=", "=a", "a=b=c", "a.b=c"])("has no label such as %j", (text) =>
    expect(parseLabel(text)).toBeNull(),
  );

  it("of a host goes from the general to the particular, labels by their names", () => {
    const scopes = scopesOf("h1", { role: "db", rack: "a1" });
    expect(scopes.map(scopeText)).toEqual(["all", "rack=a1", "role=db", "host h1"]);
    expect(scopes.every((scope) => isInScope(scope, "h1", { role: "db", rack: "a1" }))).toBe(true);
    expect(scopes.filter((scope) => isInScope(scope, "h2", { rack: "b1" })).map(scopeText)).toEqual(["all"]);
  });
});
