import { copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { NEXT_RELEASE, THIS_RELEASE } from "../rig/archive.ts";
import { builtFolder, claimRunFolder, hashSources } from "../rig/cache.ts";
import { packExt4 } from "../rig/images.ts";
import type { VmGate } from "../rig/requirements.ts";
import { putCompiled } from "../rig/roots.ts";
import { PATIENCE_MS } from "../rig/wait.ts";
import { debianGateOf, makeDebianRoot } from "./debian-root.ts";
import { type QemuGuest, startQemuGuest } from "./rig.ts";

const MEMORY_MIB = 512;
/** Room on the disk for what a test installs, and for the journal. */
const SPARE_MIB = 192;

/** Beside the essential packages: an init system, what `modprobe` is in, and `useradd`, compressed swap. */
const PACKAGES = ["systemd-sysv", "kmod", "passwd", "zram-tools", "apt"];

/** The releases that a machine may have, and what each has besides. Debian 12's Node is too old for the program. */
const RELEASES = { [THIS_RELEASE]: [], [NEXT_RELEASE]: ["nodejs"] } as const;
type Release = keyof typeof RELEASES;

const RIG_SERVICE = `[Unit]
Description=Runs the commands of the test
[Service]
ExecStart=/usr/local/bin/exec-server /dev/virtio-ports/rig
OOMScoreAdjust=-1000
StandardError=file:/dev/console
`;

/**
 * Units that this machine has no use for. Nobody logs in: without udev nothing would announce the terminals, and systemd
 * would wait for them. Mounts and modules of hardware that it lacks take seconds of each boot.
 */
const MASKED: readonly string[] = [
  ..."getty.target timers.target proc-sys-fs-binfmt_misc.automount dev-hugepages.mount dev-mqueue.mount".split(" "),
  ..."sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount".split(" "),
  ...["configfs", "drm", "efi_pstore", "fuse"].map((module) => `modprobe@${module}.service`),
];

/**
 * Settings of the system, as files below /etc. A machine id, because a first boot enables every service again.
 */
const ETC_FILES: Readonly<Record<string, string>> = {
  hostname: "debian\n",
  "machine-id": "5e1fba110045e1fba110045e1fba1100\n",
  "systemd/system/rig.service": RIG_SERVICE,
  // Nothing was updated since: the first boot need not do what follows an update.
  ".updated": "",
  "../var/.updated": "",
};
const ETC_LINKS: Readonly<Record<string, string>> = {
  "systemd/system/multi-user.target.wants/rig.service": "../rig.service",
  ...Object.fromEntries(MASKED.map((unit) => [`systemd/system/${unit}`, "/dev/null"])),
};

/**
 * Whether guests with a whole Debian can run here: its image is in the cache, or can be built. The word in
 * `SELFBALLOON_REQUIRE` that makes this throw instead of skip is `debian`.
 */
export function debianGate(release: Release = NEXT_RELEASE): Promise<VmGate> {
  return debianGateOf(() => buildImage(release));
}

/** A machine with a whole Debian on its disk: systemd, apt, compressed swap by zram-tools, and in Debian 13 Node. */
export class DebianMachine {
  readonly #name: string;
  readonly #disk: string;
  readonly #files: Readonly<Record<string, string>>;

  private constructor(name: string, disk: string, files: Readonly<Record<string, string>>) {
    this.#name = name;
    this.#disk = disk;
    this.#files = files;
  }

  /**
   * A machine that was never booted; it sees `files`, of this machine, read-only as /in/NAME. Tests run side by side, so
   * each names its own.
   */
  static async create(
    test: string,
    files: Readonly<Record<string, string>>,
    release: Release = NEXT_RELEASE,
  ): Promise<DebianMachine> {
    const name = `debian-${test}`;
    const { disk } = await copyDebianDisk(name, release);
    return new DebianMachine(name, disk, files);
  }

  /** Boots it and waits until it takes commands, which is before all services are up. A reboot ends the guest. */
  boot(): Promise<QemuGuest> {
    return startQemuGuest({
      name: this.#name,
      memoryMib: MEMORY_MIB,
      kernel: "newest",
      agent: false,
      rootDisk: this.#disk,
      guestFiles: this.#files,
      deadlineMs: PATIENCE_MS,
    });
  }

  /** Throws the disk away. */
  async remove(): Promise<void> {
    await rm(this.#disk, { force: true });
  }
}

/** A disk with a Debian that nobody has booted yet, in the run's folder of that name. */
export async function copyDebianDisk(
  name: string,
  release: Release = NEXT_RELEASE,
): Promise<{ readonly disk: string; readonly folder: string }> {
  const folder = await claimRunFolder(name);
  const disk = join(folder, "root.img");
  await copyFile(join(await buildImage(release), "root.img"), disk);
  return { disk, folder };
}

async function buildImage(release: Release): Promise<string> {
  const sources = await hashSources(
    ["./debian.ts", "./debian-root.ts", "./guest/exec-server.c"].map((path) => new URL(path, import.meta.url)),
  );
  return builtFolder(`debian-${release}`, sources, async (scratch) => {
    const root = join(scratch, "root");
    await makeDebianRoot(root, [...PACKAGES, ...RELEASES[release]], release);
    await putCompiled(root, new URL("./guest/exec-server.c", import.meta.url), "usr/local/bin/exec-server");
    await putSettings(join(root, "etc"));
    await packExt4(root, join(scratch, "root.img"), SPARE_MIB);
    await rm(root, { recursive: true });
  });
}

async function putSettings(etc: string): Promise<void> {
  // What a test installs comes with its documentation.
  await rm(join(etc, "dpkg/dpkg.cfg.d/99mmdebstrap"));
  for (const [name, text] of Object.entries(ETC_FILES)) await writeFile(join(etc, name), text);
  for (const [name, target] of Object.entries(ETC_LINKS)) {
    await mkdir(dirname(join(etc, name)), { recursive: true });
    await symlink(target, join(etc, name));
  }
}
