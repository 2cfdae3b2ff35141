import { setTimeout as sleep } from "node:timers/promises";
import type { Gift } from "../core/control.ts";
import { askSocket, socketOf } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { coloured, print, printJson } from "./output.ts";
import { withKey } from "./top/keys.ts";
import { firstModel, type Order, type Snapshot, type TopModel, withLoss, withSnapshot } from "./top/model.ts";
import { withOrderDone, withOrderFailed } from "./top/order.ts";
import type { Press } from "./top/press.ts";
import { render, renderPlain, roomOf } from "./top/render.ts";
import { Screen } from "./top/screen.ts";

/** A daemon that does not answer within this counts as lost. */
const ANSWER_DEADLINE_MS = 3000;

/** What is asked for may take balloons that move. */
const ORDER_DEADLINE_MS = 10_000;

/** The answer to an order; gifts come of a release. */
interface Done {
  readonly gifts?: readonly Gift[];
}

export interface TopOptions extends DaemonOptions {
  readonly json?: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
}

/**
 * `selfballoon top`: the guests, live. Where standard output is no terminal they are printed once.
 * @throws ERR_NO_DAEMON if nobody answers at the start; a daemon that is lost later is waited for.
 */
export async function top(options: TopOptions): Promise<void> {
  const socket = await socketOf(options);
  const snapshot = await look(socket, AbortSignal.timeout(ANSWER_DEADLINE_MS));
  if (options.json) return printJson(snapshot);
  const model = firstModel(snapshot, Date.now());
  if (!process.stdout.isTTY) return renderPlain(model, coloured).forEach(print);
  await new Top(socket, options.interval * 1000, model).run();
}

async function look(socket: string, signal: AbortSignal): Promise<Snapshot> {
  const [health, listed, shared] = await Promise.all([
    askSocket(socket, "GET", "/healthz", undefined, signal),
    askSocket(socket, "GET", "/v1/guests", undefined, signal),
    askSocket(socket, "GET", "/v1/host", undefined, signal),
  ]);
  const { version, doing } = health as Pick<Snapshot, "version" | "doing">;
  const { guests } = listed as Pick<Snapshot, "guests">;
  return { version, doing, guests, host: (shared as Pick<Snapshot, "host">).host };
}

/** Shows the guests on a terminal until somebody wants it back. */
class Top {
  private readonly socket: string;
  private readonly intervalMs: number;
  private readonly screen = new Screen(process.stdin, process.stdout);
  private readonly end = new AbortController();
  private model: TopModel;
  /** Ends the rest between two looks. */
  private rouse: (() => void) | null = null;

  constructor(socket: string, intervalMs: number, model: TopModel) {
    this.socket = socket;
    this.intervalMs = intervalMs;
    this.model = model;
  }

  async run(): Promise<void> {
    const quit = (): void => this.end.abort();
    const resume = (): void => {
      this.screen.enter();
      this.draw();
    };
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, quit);
    process.on("SIGCONT", resume);
    this.screen.enter();
    const stop = this.screen.listen(
      (press) => this.press(press),
      () => this.draw(),
    );
    try {
      await this.follow();
    } finally {
      stop();
      this.screen.leave();
      process.off("SIGCONT", resume);
    }
  }

  /** One thing after the other: an order is carried out between two looks, so that no look is older than what it shows. */
  private async follow(): Promise<void> {
    const { signal } = this.end;
    for (;;) {
      this.draw();
      if (this.model.order === null) await this.rest();
      if (signal.aborted) return;
      const { order } = this.model;
      if (order !== null) this.model = await this.carryOut(order, this.deadline(ORDER_DEADLINE_MS));
      this.model = await this.lookAgain(this.deadline(ANSWER_DEADLINE_MS));
    }
  }

  private async rest(): Promise<void> {
    const woken = new AbortController();
    this.rouse = () => woken.abort();
    const signal = AbortSignal.any([this.end.signal, woken.signal]);
    await sleep(this.intervalMs, undefined, { signal }).catch(() => {});
  }

  private deadline(ms: number): AbortSignal {
    return AbortSignal.any([this.end.signal, AbortSignal.timeout(ms)]);
  }

  private async carryOut(order: Order, signal: AbortSignal): Promise<TopModel> {
    const body = order.guests.length === 0 ? undefined : { guests: order.guests };
    try {
      const { gifts = [] } = (await askSocket(this.socket, "POST", `/v1/${order.what}`, body, signal)) as Done;
      return withOrderDone(this.model, order, gifts);
    } catch (thrown) {
      return withOrderFailed(this.model, order, thrown);
    }
  }

  private async lookAgain(signal: AbortSignal): Promise<TopModel> {
    try {
      const snapshot = await look(this.socket, signal);
      return withSnapshot(this.model, snapshot, Date.now());
    } catch (thrown) {
      return withLoss(this.model, thrown, Date.now());
    }
  }

  private press(press: Press): void {
    const { columns, rows } = this.screen.size;
    const next = withKey(this.model, press, roomOf(this.model, columns, rows));
    if (next === "quit") this.end.abort();
    else if (next === "suspend") this.suspend();
    else {
      this.model = next;
      if (next.order !== null) this.rouse?.();
      this.draw();
    }
  }

  /** Give the terminal back to the shell until it continues us. */
  private suspend(): void {
    this.screen.leave();
    process.kill(process.pid, "SIGTSTP");
  }

  private draw(): void {
    const { columns, rows } = this.screen.size;
    this.screen.draw(render(this.model, columns, rows, coloured));
  }
}
