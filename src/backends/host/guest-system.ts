import { isJsonObject, oneLine, textField } from "./json.ts";

/** The operating system of a guest, as its agent names it. */
export interface GuestSystem {
  /** For people: `Debian GNU/Linux 12`, `Microsoft Windows`. */
  readonly name: string;
  /** `other`: neither Linux nor Windows, such as a BSD. */
  readonly family: "linux" | "windows" | "other";
}

/** Systems that are no Linux, by the start of their `id`, which for a Linux is its os-release's (QEMU, qga/qapi-schema.json). */
const OTHERS = /^(?:\w*bsd|dragonfly|darwin|macos|sunos|solaris|illumos|smartos|omnios|haiku|hurd|minix)/i;

/** What `guest-get-osinfo` says; null if that is nothing to go by. */
export function parseGuestSystem(reply: unknown): GuestSystem | null {
  if (!isJsonObject(reply)) return null;
  const id = textField(reply, "id") ?? "";
  const name = textField(reply, "pretty-name") ?? textField(reply, "name") ?? id;
  if (name === "") return null;
  const isWindows = /^mswindows$|^microsoft windows/i.test(id || name);
  const family = isWindows ? "windows" : OTHERS.test(id || name) ? "other" : "linux";
  return { name: oneLine(name), family };
}
