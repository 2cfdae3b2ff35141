import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LIBRARIES = "/usr/lib/x86_64-linux-gnu";

/** What the programs below need, beside the C library that the guest has. */
const NEEDED = ["libcap-ng.so.0", "libblkid.so.1", "libmount.so.1", "libsmartcols.so.1", "libselinux.so.1"];

/** What the guest gets in /in: the built program, and tools of the machine that runs the tests, which busybox has not. */
export const GUEST_FILES: Readonly<Record<string, string>> = {
  dist: fileURLToPath(new URL("../../../../dist", import.meta.url)),
  setpriv: "/usr/bin/setpriv",
  swapon: "/usr/sbin/swapon",
  swapoff: "/usr/sbin/swapoff",
  ...Object.fromEntries([...NEEDED, "libpcre2-8.so.0"].map((name) => [name, realpathSync(join(LIBRARIES, name))])),
};

/** In front of a guest's command, so that programs find them. The shell itself takes busybox's: say `/in/setpriv`. */
export const TOOLS = "export PATH=/in:$PATH LD_LIBRARY_PATH=/in";
