/** What the arguments of a QEMU process say of how it can be reached. */
export interface QemuCommandLine {
  /** What its machine is called; null where nothing says. */
  readonly name: string | null;
  /** The sockets at which it answers QMP, as they are written. */
  readonly qmpPaths: readonly string[];
  /** Whether libvirt started it, and holds its monitor. */
  readonly isOfLibvirt: boolean;
}

/** Distributions call it otherwise: Red Hat `qemu-kvm`, Proxmox VE `kvm`. */
const PROGRAM = /(?:^|\/)(?:qemu-system-[\w.-]+|qemu-kvm|kvm)$/;

/** What libvirt calls the connection over which it speaks with QEMU (libvirt, src/qemu/qemu_command.c). */
const LIBVIRT_MONITOR = "charmonitor";

/** One `NAME=VALUE` of an argument; what stands alone has an empty name. */
type Part = readonly [name: string, value: string];

/** The text of `/proc/PID/cmdline`; null if it is no QEMU that runs a machine. */
export function parseQemuCommandLine(text: string): QemuCommandLine | null {
  const [program = "", ...words] = text.split("\0");
  if (!PROGRAM.test(program)) return null;
  const valuesOf = (...options: readonly string[]): readonly string[] =>
    words.flatMap((word, at) => (options.includes(word.replace(/^--?/, "-")) ? [words[at + 1] ?? ""] : []));
  const chardevs = valuesOf("-chardev").map(partsOf);
  const monitors = valuesOf("-mon").map(partsOf);
  const control = monitors.filter((mon) => partOf(mon, "mode") === "control");
  const ids = new Set(control.map((mon) => partOf(mon, "chardev") ?? partOf(mon, "")));
  const [name = null] = valuesOf("-name").map((value) => partOf(partsOf(value), "guest") ?? partOf(partsOf(value), ""));
  return {
    name,
    qmpPaths: [
      ...valuesOf("-qmp", "-qmp-pretty").flatMap(pathOfAddress),
      ...chardevs.filter((one) => ids.has(partOf(one, "id"))).flatMap(pathOfServer),
    ],
    isOfLibvirt: ids.has(LIBVIRT_MONITOR),
  };
}

/** Commas divide the parts of an argument; one that is doubled stands for itself (QEMU, util/qemu-option.c). */
function partsOf(argument: string): readonly Part[] {
  return (argument.match(/(?:[^,]|,,)+/g) ?? []).map((part) => {
    const whole = part.replaceAll(",,", ",");
    const equals = whole.indexOf("=");
    return equals === -1 ? ["", whole] : [whole.slice(0, equals), whole.slice(equals + 1)];
  });
}

function partOf(parts: readonly Part[], name: string): string | undefined {
  return parts.find(([one]) => one === name)?.[1];
}

/** `unix:PATH,server=on,wait=off`; others are no socket that can be reached by a path. */
function pathOfAddress(address: string): readonly string[] {
  const path = address.startsWith("unix:") ? partOf(partsOf(address.slice("unix:".length)), "") : undefined;
  return path === undefined ? [] : [path];
}

/** One that connects to somebody else's socket is none at which QEMU answers. */
function pathOfServer(chardev: readonly Part[]): readonly string[] {
  const path = partOf(chardev, "path");
  const isServer = chardev.some(([name, value]) => (name === "server" && value !== "off") || value === "server");
  return path !== undefined && isServer ? [path] : [];
}
