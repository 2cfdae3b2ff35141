import type { Guest, Service } from "../qemu/package/guest.ts";

/**
 * Stands for the folder of Xen's balloon, which is not there: a device's folder in sysfs, where only the kernel makes folders. But for
 * this place the unit is the package's.
 */
const DEVICE = "/sys/devices/system/clocksource/clocksource0";
const XEN_MEMORY = "/sys/devices/system/xen_memory/xen_memory0";
const FILES = `${DEVICE}/selfballoon`;
const INTERVAL = `${FILES}/selfballoon_interval`;
const UPHYSTERESIS = `${FILES}/selfballoon_uphysteresis`;
const READ = `cat ${INTERVAL}`;
export const READER = "/srv/read-on.sh";

const SYSFS = "selfballoon-sysfs";
const EXAMPLE = `/usr/share/doc/selfballoon/examples/systemd/${SYSFS}.service`;
const UNIT = `/etc/systemd/system/${SYSFS}.service`;
const DROP_INS = "/etc/systemd/system/selfballoon.service.d";
const RULES = "/etc/tmpfiles.d/old-user.conf";

/** A Xen guest as files, for the daemon, which may write to the stand-in as its unit lets it write to Xen's balloon. */
export const XEN_GUEST = "/srv/xen";
const NODE = "/usr/bin/node --jitless --v8-pool-size=0 /usr/lib/selfballoon/selfballoon.mjs";
const STAND_IN = `[Service]
ExecStart=
ExecStart=${NODE} run --real --root ${XEN_GUEST} --selfballooning
ExecStopPost=
ExecStopPost=${NODE} release --root ${XEN_GUEST}
ReadWritePaths=${XEN_GUEST} ${DEVICE}
`;

const NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all";

/** What the files are after a reboot. What a command said ends with its exit code. */
export interface UsedFiles {
  readonly service: Service;
  /** What systemd finds wrong with the unit. */
  readonly verified: string;
  /** What is in the device's folder. */
  readonly entries: string;
  /** What tmpfiles.d has lines for: a value, and mode and group of a file. */
  readonly tmpfiles: string;
  readonly byRoot: string;
  readonly byNobody: string;
}

/** What they are while those who serve them are killed. */
export interface KilledFiles {
  /** Whether a daemon that started while the device's folder was covered may write to a file of the device. */
  readonly daemonWrites: string;
  /** A read after the daemon was killed and came back, and after the same of the files' own process. */
  readonly daemonBack: string;
  readonly filesBack: string;
  /** What somebody met who read all the time: an exit code and what was read, each once. */
  readonly met: readonly string[];
}

/** What is there after they were stopped while somebody had one open. */
export interface StoppedFiles {
  readonly service: Service;
  readonly entries: string;
  readonly mounts: string;
}

/** As docs/guides/driver-files.md says, at the other place, with lines that an old user has for tmpfiles.d. */
export async function enableFiles(guest: Guest): Promise<void> {
  await guest.must(`ln -s /run ${XEN_GUEST}/run`); // the daemon's socket is where it is looked for
  await guest.must(`mkdir -p ${DROP_INS} && printf %s '${STAND_IN}' > ${DROP_INS}/stand-in.conf`);
  await guest.must(`sed 's|${XEN_MEMORY}|${DEVICE}|g' ${EXAMPLE} > ${UNIT}`);
  await guest.must(`printf 'w ${UPHYSTERESIS} - - - - 7\\nz ${INTERVAL} 0664 root daemon\\n' > ${RULES}`);
  await guest.must(`systemctl daemon-reload && systemctl enable ${SYSFS}`);
}

/** Reads and writes them. */
export async function useFiles(guest: Guest): Promise<UsedFiles> {
  return {
    service: await guest.service(SYSFS),
    verified: await guest.say(`systemd-analyze verify --man=no ${SYSFS}.service`),
    entries: await guest.say(`ls ${DEVICE}`),
    tmpfiles: await guest.say(`cat ${UPHYSTERESIS}; stat -c '%a %G' ${INTERVAL}`),
    byRoot: await guest.end(`echo 3 > ${INTERVAL} && ${READ}`),
    byNobody: await guest.end(`${NOBODY} ${READ} && ${NOBODY} sh -c 'echo 9 > ${INTERVAL}'`),
  };
}

/** A read while there is no daemon, and how it ended; then there is one again. */
export async function readWithoutDaemon(guest: Guest): Promise<string> {
  await guest.must("systemctl stop selfballoon");
  const read = await guest.end(READ);
  await guest.must("systemctl start selfballoon");
  return read;
}

/** Kills the daemon, then the files' own process, while somebody reads. The daemon started after the files. */
export async function killFiles(guest: Guest): Promise<KilledFiles> {
  await guest.must(`systemd-run --quiet --unit=reader sh ${READER} ${INTERVAL}`);
  const { MainPID } = await guest.service();
  const daemonWrites = await guest.end(`nsenter -t ${MainPID} -m test -w ${DEVICE}/current_clocksource`);
  await guest.killHard("selfballoon");
  const daemonBack = await guest.end(READ);
  await guest.killHard(SYSFS);
  const filesBack = await guest.end(READ);
  await guest.must("touch /run/enough");
  await guest.until("the reader to end", async () => (await guest.end("systemctl is-active reader")) !== "active\n0");
  const met = (await guest.say("sort -u /run/read")).trim().split("\n");
  return { daemonWrites, daemonBack, filesBack, met };
}

/** Stops them while somebody uses them. */
export async function stopFiles(guest: Guest): Promise<StoppedFiles> {
  // Type=exec: it is there once the file is open.
  const holder = `-p Type=exec -p StandardInput=file:${INTERVAL} -p WorkingDirectory=${FILES}`;
  await guest.must(`systemd-run --quiet --unit=holder ${holder} sleep infinity`);
  await guest.must(`systemctl stop ${SYSFS}`);
  return {
    service: await guest.service(SYSFS),
    entries: await guest.say(`ls ${DEVICE}`),
    mounts: await guest.say("grep -c selfballoon-files: /proc/self/mountinfo"),
  };
}
