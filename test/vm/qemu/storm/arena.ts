import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { StepRecord } from "../../../../src/core/journal-record.ts";
import type { Policy } from "../../../../src/core/policy.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { waitUntil } from "../../rig/wait.ts";
import { HostDaemon } from "../host/daemon.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { makeFiles } from "./files.ts";
import { watchLineMib } from "./line.ts";
import { commandOf, describeLoad } from "./loads.ts";
import { judge, type Outcome, type Way } from "./outcome.ts";
import type { Round } from "./script.ts";
import { buildWatcher, parseWatched } from "./watcher.ts";

const GUEST_MIB = 512;

export type StormSwap = "disk" | "zram" | "none";

export interface ArenaOptions {
  readonly swap: StormSwap;
  readonly intervalS: number;
  /** How goals are found, in both guests. */
  readonly policy: Policy;
}

const WAYS: readonly Way[] = ["law", "guard"];

const DIST = fileURLToPath(new URL("../../../../dist", import.meta.url));
const BOOT_DEADLINE_MS = 300_000;
const SETTLE_DEADLINE_MS = 300_000;
const LOAD_DEADLINE_MS = 240_000;
/** How long a load is watched after its end. */
const TAIL_MS = 300;
/** A step that lowers the target by less than this: the guest is down. */
const DOWN_MIB = 1;
const PAGES_PER_MIB = 256;

/** With less than this available a guest is short of memory: where the guard would call it an emergency. */
const SHORT_MIB = DEFAULT_TUNABLES.guard_emergency_mb;

/** Two guests alike, one run by the law alone and one by the law and the guard, through the same storms. */
export class Arena {
  /** How long each raise of the guarded guest took, from the daemon's first look to the balloon's answer, in ms. */
  readonly raisesMs: number[] = [];
  private readonly options: ArenaOptions;
  private readonly folder: string;
  private readonly guests: Readonly<Record<Way, QemuGuest>>;
  /** The RAM of each guest while its balloon is empty. */
  readonly wholeMib: number;

  private constructor(options: ArenaOptions, folder: string, guests: Record<Way, QemuGuest>, wholeMib: number) {
    this.options = options;
    this.folder = folder;
    this.guests = guests;
    this.wholeMib = wholeMib;
  }

  static async open(options: ArenaOptions): Promise<Arena> {
    const folder = await mkdtemp(join(tmpdir(), "selfballoon-storm-"));
    await cp(DIST, join(folder, "dist"), { recursive: true }); // it may be built again meanwhile
    const watcher = await buildWatcher();
    const files = await makeFiles(join(folder, "files"));
    const [law, guard] = await Promise.all(
      WAYS.map((way) =>
        startQemuGuest({
          name: `storm-${way}`,
          memoryMib: GUEST_MIB,
          kernel: "6.1",
          ...(options.swap === "none" ? {} : { swap: { kind: options.swap, mib: GUEST_MIB } }),
          guestFiles: { watcher, files },
          deadlineMs: BOOT_DEADLINE_MS,
        }),
      ),
    );
    if (law === undefined || guard === undefined) throw new Error("two guests were asked for");
    const wholeMib = (await guard.counter("/proc/meminfo", "MemTotal")) / 1024;
    return new Arena(options, folder, { law, guard }, wholeMib);
  }

  /** A daemon of its own takes both guests down; then the loads come, first to one guest and then to the other. */
  async play(round: Round, nth: number): Promise<readonly Outcome[]> {
    const daemon = await HostDaemon.start(this.config(), join(this.folder, "dist"));
    try {
      await this.settle(daemon);
      const outcomes: Outcome[] = [];
      // In turns, so that neither guest always meets the other's leftovers on the machine.
      for (const way of nth % 2 === 0 ? WAYS : WAYS.toReversed()) {
        outcomes.push(...(await this.playIn(way, round, nth, daemon)));
      }
      this.raisesMs.push(
        ...this.stepsOf("guard", daemon)
          .filter(isRaise)
          .map(({ durationMs }) => durationMs),
      );
      await daemon.end();
      return outcomes;
    } finally {
      await daemon.dispose();
    }
  }

  /** Processes that the guest's kernel killed since it booted, whoever they were. */
  oomKills(way: Way): Promise<number> {
    return this.guests[way].counter("/proc/vmstat", "oom_kill");
  }

  async close(): Promise<void> {
    await Promise.all(WAYS.map((way) => this.guests[way].stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Down in two steps instead of many: the storms are to meet small guests, and how they got there does not matter. */
  private config(): string {
    return [
      "[law]",
      `policy = "${this.options.policy}"`,
      "[tunables]",
      `selfballoon_interval = ${this.options.intervalS}`,
      "selfballoon_downhysteresis = 1",
      "[backend]",
      'kind = "qemu"',
      `qmp = ${JSON.stringify(WAYS.map((way) => this.guests[way].qmpSocket))}`,
      "[guests.storm-guard]",
      "guard = 1",
      "[guests.storm-law]",
      "guard = 0",
    ].join("\n");
  }

  private async settle(daemon: HostDaemon): Promise<void> {
    const isDown = (way: Way): boolean => {
      const steps = this.stepsOf(way, daemon);
      const { decision, observation } = steps.at(-1) ?? {};
      const hasPages = observation?.totalramPages ?? Number.POSITIVE_INFINITY;
      return steps.length > 1 && hasPages - (decision?.targetPages ?? 0) < DOWN_MIB * PAGES_PER_MIB;
    };
    await waitUntil(`the guests to be down\n${daemon.log.slice(-2000)}`, () => WAYS.every(isDown), SETTLE_DEADLINE_MS);
  }

  private stepsOf(way: Way, daemon: HostDaemon): readonly StepRecord[] {
    return daemon.steps.filter(({ decision }) => decision.guest === this.guests[way].name);
  }

  private async playIn(way: Way, round: Round, nth: number, daemon: HostDaemon): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { afterMs, load } of round.loads) {
      await sleep(afterMs);
      const command = `/in/watcher ${TAIL_MS} '${commandOf(load)}'`;
      const watchMib = watchLineMib(this.stepsOf(way, daemon), this.options.policy);
      const { stdout } = await this.guests[way].exec(command, LOAD_DEADLINE_MS);
      const lines = { watchMib, shortMib: SHORT_MIB, wholeMib: this.wholeMib };
      outcomes.push(judge({ way, round: nth, load: describeLoad(load) }, parseWatched(stdout), lines));
    }
    return outcomes;
  }
}

function isRaise({ applied, decision, observation }: StepRecord): boolean {
  return applied && (decision.targetPages ?? 0) > (observation.totalramPages ?? 0);
}
