import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitUntil } from "../../rig/wait.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { HostDaemon } from "./daemon.ts";
import { sum } from "./samples.ts";

const RESERVED_MIB = 400;
/** More than all guests could give. */
const TOO_MUCH_MIB = 1900;
const NEW_NAME = "host-new";
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 300_000;

/** Room for a fifth guest among those that hold all memory of their host; they are full, and no daemon runs. */
export function describeReservations(guests: () => readonly QemuGuest[]): void {
  describe("that hold all of it, where a fifth is to start", () => {
    let daemon: HostDaemon;
    let newcomer: QemuGuest | null = null;
    const actualMib = (): Promise<number[]> => Promise.all(guests().map((guest) => guest.actualMib()));

    beforeAll(async () => {
      daemon = await HostDaemon.start(configFor(guests(), sum(await actualMib())));
      const names = guests().map(({ name }) => name);
      const isReady = (): boolean => names.every((name) => daemon.lastStep(name) !== undefined);
      await waitUntil("the daemon to step each guest", isReady, DEADLINE_MS);
    });

    afterAll(async () => {
      await daemon.dispose();
      await newcomer?.stop();
    });

    it("say who refuses what cannot be met, and nothing is taken for it", async () => {
      const before = await actualMib();
      const { exitCode, stderr } = await daemon.ask("reserve", String(TOO_MUCH_MIB), "--for", NEW_NAME);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("ERR_RESERVATION_UNMET")]);
      for (const { name } of guests()) expect(stderr).toMatch(new RegExp(`${name} gives \\d+ of \\d+ MiB: \\w`));
      expect(await actualMib()).toEqual(before);
    });

    it("go down for what can be met, before the answer, and the fifth starts in it", async () => {
      const before = await actualMib();
      const beganMs = performance.now();
      const { exitCode, stdout, stderr } = await daemon.ask(
        "reserve",
        String(RESERVED_MIB),
        "--for",
        NEW_NAME,
        "--wait",
        "60s",
      );
      const tookS = (performance.now() - beganMs) / 1000;
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`${RESERVED_MIB} MiB are free and reserved for ${NEW_NAME}`);
      const after = await actualMib();
      expect(sum(after)).toBeLessThanOrEqual(sum(before) - RESERVED_MIB);
      newcomer = await startQemuGuest({
        name: NEW_NAME,
        memoryMib: RESERVED_MIB,
        kernel: "6.1",
        deadlineMs: BOOT_DEADLINE_MS,
      });
      await daemon.says(`the guest is there and has the ${RESERVED_MIB} MiB that were reserved for it`, DEADLINE_MS);
      expect(await newcomer.actualMib()).toBe(RESERVED_MIB);
      expect(sum(await actualMib())).toBeLessThanOrEqual(sum(before) - RESERVED_MIB);
      console.log(
        `${RESERVED_MIB} MiB were free ${tookS.toFixed(1)} s after they were asked for: ` +
          `four guests had ${before.join(", ")} MiB, and then ${after.join(", ")}`,
      );
      for (const guest of guests()) expect(await guest.counter("/proc/vmstat", "oom_kill")).toBe(0);
    });
  });
}

function configFor(guests: readonly QemuGuest[], budgetMib: number): string {
  // A run folder is named after its guest: the pattern finds the fifth, too.
  const sockets = guests.map(({ qmpSocket, name }) => qmpSocket.replace(name, "host-*"));
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    'kind = "qemu"',
    `qmp = ${JSON.stringify([...new Set(sockets)])}`,
    "[host]",
    `memory_mb = ${budgetMib}`,
    "reserve_mb = 0",
    'take = "as_needed"',
    '[guests."host-*"]',
  ].join("\n");
}
