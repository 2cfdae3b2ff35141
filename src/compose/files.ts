import { print } from "../cli/output.ts";
import { problemOf } from "../core/errors.ts";
import { createNotifier } from "../daemon/notify.ts";
import { DaemonValues } from "../sysfs/daemon-values.ts";
import { serveDevice } from "../sysfs/device.ts";
import { FileSystem } from "../sysfs/file-system.ts";
import { type Mounted, mountFiles, removeStaleFiles } from "../sysfs/mount.ts";
import { hasSysAdmin } from "../sysfs/privilege.ts";

/**
 * Serve the driver's files at `mountpoint`, with the values of the daemon behind `socket`, until a signal comes or somebody
 * unmounts them. A daemon that is not there is waited for by nobody: reads fail until it is.
 * @throws what mounting throws.
 */
export async function serveFiles(socket: string, mountpoint: string): Promise<void> {
  const mounted = await mountFiles(mountpoint);
  dieOfBugs();
  const notifier = createNotifier(process.env);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(mounted));
  // Who started us need not read what we say.
  process.stdout.on("error", () => {});
  const values = new DaemonValues(socket, () => performance.now());
  const files = new FileSystem(values, hasSysAdmin, Math.floor(Date.now() / 1000));
  print(`The driver's files are in ${mounted.path}, served by this process. End with Ctrl-C.`);
  notifier.ready(`serving ${mounted.path}`);
  await serveDevice(mounted.descriptor, (request) => files.answer(request));
  await mounted.unmount();
  print(`${mounted.path} is unmounted.`);
}

/** Remove what a process that served files at `mountpoint`, and was killed, has left. @throws ERR_FILES_SERVED if it lives. */
export async function removeFiles(mountpoint: string): Promise<void> {
  await removeStaleFiles(mountpoint);
}

/** The device says that it is unmounted, and then serving ends. If it can't be, files that answer are better than files that hang. */
async function end(mounted: Mounted): Promise<void> {
  try {
    await mounted.unmount();
  } catch (thrown) {
    process.stderr.write(`selfballoon: ${problemOf(thrown)}; the files are still served\n`);
  }
}

/**
 * Node's own exit waits for the thread that reads the device, and so for ever, and every reader of the files with it. Killed, we
 * leave files that say so (ENOTCONN).
 */
function dieOfBugs(): void {
  process.on("uncaughtException", (error) => {
    process.stderr.write(`selfballoon: this is a bug: ${error.stack ?? error.message}\n`);
    process.kill(process.pid, "SIGKILL");
  });
}
