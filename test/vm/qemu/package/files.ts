import type { Guest, Service } from "./guest.ts";

/**
 * Stands for the folder of Xen's balloon, which this guest does not have: a device's folder in sysfs, with a file that can be
 * written. But for this place the unit is the package's.
 */
const DEVICE = "/sys/devices/system/clocksource/clocksource0";
const XEN_MEMORY = "/sys/devices/system/xen_memory/xen_memory0";
const FILES = `${DEVICE}/selfballoon`;
const INTERVAL = `${FILES}/selfballoon_interval`;
const UPHYSTERESIS = `${FILES}/selfballoon_uphysteresis`;

const EXAMPLE = "/usr/share/doc/selfballoon/examples/systemd/selfballoon-sysfs.service";
const UNIT = "/etc/systemd/system/selfballoon-sysfs.service";
/** The daemon may write to the stand-in as its unit lets it write to Xen's balloon. */
const DROP_IN = "/etc/systemd/system/selfballoon.service.d/stand-in.conf";
const RULES = "/etc/tmpfiles.d/old-user.conf";

const NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all";

/** What became of the driver's files under systemd. What a command said ends with its exit code. */
export interface FilesEvidence {
  /** After a reboot. */
  readonly service: Service;
  /** What systemd finds wrong with the unit. */
  readonly verified: string;
  /** The device's folder with the files, and after they were stopped. */
  readonly entries: { readonly during: string; readonly after: string };
  /** What tmpfiles.d has lines for: a value, and mode and group of a file. */
  readonly tmpfiles: string;
  readonly byRoot: string;
  readonly byNobody: string;
  /** A daemon that starts while the device's folder is covered, writing to a file of the device. */
  readonly daemonWrites: string;
  /** A read while the daemon hangs, after it was killed and came back, and after the same of the files' own process. */
  readonly read: { readonly hung: string; readonly daemonBack: string; readonly filesBack: string };
  /** What readers met all the time, an exit code and what was read, each once. */
  readonly met: readonly string[];
  readonly stopped: Service;
  readonly mountsLeft: string;
}

/** As docs/guides/driver-files.md says, at the other place, with lines that an old user has for tmpfiles.d. */
export async function enableFiles(guest: Guest): Promise<void> {
  await guest.must(`sed 's|${XEN_MEMORY}|${DEVICE}|g' ${EXAMPLE} > ${UNIT}`);
  await guest.must(`mkdir -p $(dirname ${DROP_IN}) && printf '[Service]\\nReadWritePaths=${DEVICE}\\n' > ${DROP_IN}`);
  await guest.must(`printf 'w ${UPHYSTERESIS} - - - - 7\\nz ${INTERVAL} 0664 root daemon\\n' > ${RULES}`);
  await guest.must("systemctl daemon-reload && systemctl enable selfballoon-sysfs");
}

/** Uses the files, kills and stops those who serve them, and removes their unit. */
export async function playFiles(guest: Guest): Promise<FilesEvidence> {
  await guest.until("the files", async () => (await guest.service("selfballoon-sysfs")).ActiveState === "active");
  const during = await guest.say(`ls ${DEVICE}`);
  const used = {
    service: await guest.service("selfballoon-sysfs"),
    verified: await guest.say("systemd-analyze verify --man=no selfballoon-sysfs.service"),
    tmpfiles: await guest.say(`cat ${UPHYSTERESIS}; stat -c '%a %G' ${INTERVAL}`),
    byRoot: await guest.end(`echo 3 > ${INTERVAL} && cat ${INTERVAL}`),
    byNobody: await guest.end(`${NOBODY} cat ${INTERVAL} && ${NOBODY} sh -c 'echo 9 > ${INTERVAL}'`),
  };
  const killed = await kill(guest);
  const { after, ...stopped } = await stop(guest);
  return { ...used, ...killed, ...stopped, entries: { during, after } };
}

async function kill(guest: Guest): Promise<Pick<FilesEvidence, "daemonWrites" | "read" | "met">> {
  const readInterval = `cat ${INTERVAL}`;
  await guest.must("systemctl restart selfballoon");
  await guest.must(`systemd-run --quiet --unit=readers sh /in/read-on.sh ${INTERVAL}`);
  const { MainPID } = await guest.service();
  const write = `cd ${DEVICE} && echo $(cat current_clocksource) > current_clocksource`;
  const daemonWrites = await guest.end(`nsenter -t ${MainPID} -m sh -c '${write}'`);
  await guest.must(`kill -STOP ${MainPID}`);
  let hung = "";
  await guest.until("a read to fail", async () => {
    hung = await guest.end(readInterval);
    return !hung.endsWith("0");
  });
  await guest.killHard("selfballoon");
  const daemonBack = await guest.end(readInterval);
  await guest.killHard("selfballoon-sysfs");
  const filesBack = await guest.end(readInterval);
  await guest.must("touch /run/enough");
  await guest.until("the readers to end", async () => (await guest.end("systemctl is-active readers")) !== "active\n0");
  const met = (await guest.say("sort -u /run/reader-*")).trim().split("\n");
  return { daemonWrites, read: { hung, daemonBack, filesBack }, met };
}

async function stop(guest: Guest): Promise<Pick<FilesEvidence, "stopped" | "mountsLeft"> & { readonly after: string }> {
  // Type=exec: it is there once the file is open.
  const holder = `-p Type=exec -p StandardInput=file:${INTERVAL} -p WorkingDirectory=${FILES}`;
  await guest.must(`systemd-run --quiet --unit=holder ${holder} sleep 600`);
  await guest.must("systemctl stop selfballoon-sysfs");
  const stopped = await guest.service("selfballoon-sysfs");
  const after = await guest.say(`ls ${DEVICE}`);
  const mountsLeft = await guest.say("grep -c selfballoon-files: /proc/self/mountinfo");
  await guest.must("systemctl stop holder && systemctl disable selfballoon-sysfs");
  await guest.must(`rm ${UNIT} ${DROP_IN} ${RULES} && systemctl daemon-reload`);
  return { stopped, after, mountsLeft };
}
