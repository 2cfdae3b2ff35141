import { HOST_NAME } from "../core/host-name.ts";

/** The KV bucket that each host keeps its state and its guests in; nothing else writes there. */
export const HOSTS_BUCKET = "selfballoon_hosts";

/** The stream that hosts write what happened to. */
export const RECORDS_STREAM = "SELFBALLOON_RECORDS";

/** The KV bucket that says which host was given a wish for memory, each once. */
export const GIVEN_BUCKET = "selfballoon_given";

/** The KV bucket with what is set for many hosts, a key for each scope; hosts read it and the fleet's administrator writes. */
export const SETTINGS_BUCKET = "selfballoon_settings";

/** What a host keeps in the bucket. */
export const HOST_KEYS = ["state", "guests"] as const;

export type HostKey = (typeof HOST_KEYS)[number];

/** The key of what a host keeps. */
export function hostKey(host: string, key: HostKey): string {
  return `${host}.${key}`;
}

/** Whose key it is, and which; null if no host has such keys. */
export function parseHostKey(text: string): { readonly host: string; readonly key: HostKey } | null {
  const [host = "", word, ...more] = text.split(".");
  const key = HOST_KEYS.find((one) => one === word);
  return key === undefined || more.length > 0 || !HOST_NAME.test(host) ? null : { host, key };
}

/** Where a host tells how its guests change; not kept by NATS, because all guests are told again soon. */
export function changesSubject(host: string): string {
  return `selfballoon.changes.${host}`;
}

/** Where a host tells what happened; kept in the stream. */
export function recordsSubject(host: string): string {
  return `selfballoon.records.${host}`;
}

/** Where a host is asked for memory, and for what its page shows. */
export function askSubject(host: string): string {
  return `selfballoon.ask.${host}`;
}

/** Whose subject it is; null if it is no host's. */
export function hostOfSubject(subject: string): string | null {
  const host = subject.slice(subject.lastIndexOf(".") + 1);
  return HOST_NAME.test(host) ? host : null;
}

/** Below it answers come, whoever asked. */
export const INBOXES = "_INBOX";

/** Where answers to a member come: below a name of its own, so that no other can listen in. */
export function inboxPrefix(name: string): string {
  return `${INBOXES}_selfballoon_${name}`;
}

/** A host's name made of this machine's where the operator gave none. */
export function hostNameFrom(hostname: string): string {
  const [first = ""] = hostname.split(".");
  const name = first.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 63);
  return HOST_NAME.test(name) ? name : "host";
}
