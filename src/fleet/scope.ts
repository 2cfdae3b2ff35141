import { HOST_NAME } from "../core/host-name.ts";

/** Whom settings are for: all hosts of the fleet, those with a label, or one. */
export type Scope =
  | { readonly kind: "all" }
  | { readonly kind: "label"; readonly name: string; readonly value: string }
  | { readonly kind: "host"; readonly host: string };

/** A label's name or value. */
const LABEL = /^[A-Za-z0-9_-]{1,63}$/;

/** The key of a scope's settings. */
export function scopeKey(scope: Scope): string {
  if (scope.kind === "all") return "all";
  return scope.kind === "host" ? `host.${scope.host}` : `label.${scope.name}.${scope.value}`;
}

/** Whose settings a key holds; null if no scope has such a key. */
export function parseScopeKey(key: string): Scope | null {
  const [kind, name = "", value = "", ...more] = key.split(".");
  if (more.length > 0) return null;
  if (kind === "all") return key === "all" ? { kind } : null;
  if (kind === "host") return HOST_NAME.test(name) && value === "" ? { kind, host: name } : null;
  return kind === "label" && LABEL.test(name) && LABEL.test(value) ? { kind, name, value } : null;
}

/** A label as it is written, `rack=a1`; null if it is none. */
export function parseLabel(text: string): Scope | null {
  const [name = "", value = "", ...more] = text.split("=");
  return more.length === 0 ? parseScopeKey(`label.${name}.${value}`) : null;
}

/** A scope for people. */
export function scopeText(scope: Scope): string {
  if (scope.kind === "all") return "all";
  return scope.kind === "host" ? `host ${scope.host}` : `${scope.name}=${scope.value}`;
}

/** What `scopeText` says of a scope, read again; null for anything else. */
export function parseScope(text: string): Scope | null {
  const host = /^host (.*)$/.exec(text)?.[1];
  if (host !== undefined) return parseScopeKey(`host.${host}`);
  return text === "all" ? { kind: "all" } : parseLabel(text);
}

/**
 * The scopes that a host is of, each beaten by those after it: all, its labels in the order of their characters, itself.
 */
export function scopesOf(host: string, labels: Readonly<Record<string, string>>): readonly Scope[] {
  const ofLabels = Object.keys(labels)
    .sort()
    .map((name): Scope => ({ kind: "label", name, value: labels[name] ?? "" }));
  return [{ kind: "all" }, ...ofLabels, { kind: "host", host }];
}

/** Whether a host with these labels is of the scope. */
export function isInScope(scope: Scope, host: string, labels: Readonly<Record<string, string>>): boolean {
  if (scope.kind === "all") return true;
  return scope.kind === "host" ? scope.host === host : labels[scope.name] === scope.value;
}
