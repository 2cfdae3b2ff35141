import { readBootOptions } from "../../src/core/boot-options.ts";
import { armsAfterRun, armsOnWrite } from "../../src/core/guest/arming.ts";
import { lawTarget } from "../../src/core/guest/law.ts";
import { type GuestState, INITIAL_GUEST_STATE, restartInertia, step } from "../../src/core/guest/step.ts";
import type { CompleteObservation } from "../../src/core/observation.ts";
import { createSettings, readSetting, type Settings, writeSetting } from "../../src/core/settings.ts";
import { startUp } from "../../src/core/startup.ts";
import { findTunable } from "../../src/core/tunables.ts";
import { observationOf } from "./observations.ts";

/** The driver's answers, by errno. */
const ERRNO = { ENODEV: -19, EINVAL: -22, EPERM: -1, ENOENT: -2 } as const;

export interface InitEvent {
  readonly op: "init";
  readonly xen: boolean;
  readonly dom0: boolean;
  readonly tmem: boolean;
  readonly compressedSwap: boolean;
  readonly boot: readonly string[];
}

export interface WriteEvent {
  readonly op: "write";
  readonly name: string;
  readonly value: string;
  readonly privileged: boolean;
}

export interface TickEvent {
  readonly op: "tick";
  readonly totalram: number;
  readonly committed: number;
  readonly totalreserve: number;
  readonly frontswap: number;
  readonly maxPfn: number;
  readonly balloonCurrent: number;
}

export type DriverEvent = InitEvent | WriteEvent | TickEvent;

/** One life of the driver, put together from the core's pure functions; it answers as the golden vectors do. */
export class Driver {
  private settings: Settings = createSettings({ hasCompressedSwap: false });
  private state: GuestState = INITIAL_GUEST_STATE;
  private armed = false;

  answer(event: DriverEvent): Record<string, unknown> {
    switch (event.op) {
      case "init":
        return this.init(event);
      case "write":
        return this.write(event);
      case "tick":
        return this.tick(event);
    }
  }

  private init(event: InitEvent): Record<string, unknown> {
    const loops = startUp({
      boot: readBootOptions(event.boot.map((name) => ({ name, value: null }))),
      compressedSwapConfigured: event.compressedSwap,
      compressedSwapUsable: event.tmem,
    });
    if (!event.xen || event.dom0 || !(loops.selfballooning || loops.selfshrinking)) {
      return { rc: ERRNO.ENODEV, armed: false, delay: null };
    }
    this.settings = createSettings({
      hasCompressedSwap: event.compressedSwap,
      defaults: {
        selfballooning: Number(loops.selfballooning),
        frontswap_selfshrinking: Number(loops.selfshrinking),
        guard: 0,
      },
    });
    this.armed = true;
    return { rc: 0, ...this.arming() };
  }

  private write(event: WriteEvent): Record<string, unknown> {
    const before = this.settings.values;
    const change = writeSetting(this.settings, event.name, event.value, event.privileged);
    if (change.ok) {
      this.settings = change.settings;
      this.armed ||= armsOnWrite(change.name, before, change.settings.values);
      if (change.name === "frontswap_inertia") this.state = restartInertia(this.state);
    }
    const row = findTunable(event.name);
    const read = row === null ? null : readSetting(this.settings, row.name);
    return { rc: change.ok ? 0 : ERRNO[change.refusal], read };
  }

  private tick(event: TickEvent): Record<string, unknown> {
    if (!this.armed) return { ran: false, armed: false };
    const tunables = this.settings.values;
    const observation = readingsOf(event);
    const { state, decision } = step(this.state, observation, tunables, 0);
    this.state = state;
    this.armed = armsAfterRun(tunables, this.settings.hasCompressedSwap);
    return {
      ran: true,
      // The vectors were recorded without an upper bound, so it is the law's own target that must agree.
      balloonTarget: tunables.selfballooning === 1 ? lawTarget(observation, tunables).balloonTargetPages : null,
      frontswapTarget: decision.frontswapTargetPages,
      ...this.arming(),
    };
  }

  private arming(): { armed: boolean; delay: number | null } {
    return { armed: this.armed, delay: this.armed ? this.settings.values.selfballoon_interval : null };
  }
}

function readingsOf(event: TickEvent): CompleteObservation {
  return observationOf({
    totalramPages: event.totalram,
    committedPages: event.committed,
    totalreservePages: event.totalreserve,
    frontswapPages: event.frontswap,
    maxPfn: event.maxPfn,
    balloonCurrentPages: event.balloonCurrent,
  });
}
