import type { DaemonPort } from "../../../core/toolstack.ts";
import { openDeviceChannel } from "../../../machine/device-channel.ts";
import { realClock } from "../../../time/clock.ts";
import { ToolstackLink } from "./link.ts";

/** Speak with dom0 over the kernel's device at `path`. @returns how to end that. */
export async function joinToolstack(path: string, daemon: DaemonPort): Promise<() => Promise<void>> {
  const link = new ToolstackLink({
    path,
    open: (listener) => openDeviceChannel(path, listener),
    daemon,
    clock: realClock,
  });
  link.start();
  return () => link.close();
}
