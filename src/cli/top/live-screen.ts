import { setTimeout as sleep } from "node:timers/promises";
import type { Wish } from "./key-rows.ts";
import type { Press } from "./press.ts";
import { Screen } from "./screen.ts";

/** What is shown live, and what keys and time make of it. */
export interface LiveView<Model> {
  /** The screen: exactly `rows` lines. */
  readonly render: (model: Model, columns: number, rows: number) => readonly string[];
  readonly press: (model: Model, press: Press, columns: number, rows: number) => Model | Wish;
  /** Whether something waits for the next look. */
  readonly isHurried: (model: Model) => boolean;
  /** Look again. @returns what comes of it, of what is shown by then: keys were pressed meanwhile. Never rejects. */
  readonly look: (model: Model, end: AbortSignal) => Promise<(model: Model) => Model>;
}

/** Shows a view on a terminal until somebody wants it back. */
export class LiveScreen<Model> {
  private readonly view: LiveView<Model>;
  private readonly intervalMs: number;
  private readonly screen = new Screen(process.stdin, process.stdout);
  private readonly end = new AbortController();
  private model: Model;
  /** Ends the rest between two looks. */
  private rouse: (() => void) | null = null;

  /** @param intervalMs between two looks. */
  constructor(view: LiveView<Model>, model: Model, intervalMs: number) {
    this.view = view;
    this.model = model;
    this.intervalMs = intervalMs;
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

  /** One look after the other, so that none is older than what it shows. */
  private async follow(): Promise<void> {
    const { signal } = this.end;
    for (;;) {
      this.draw();
      if (!this.view.isHurried(this.model)) await this.rest();
      if (signal.aborted) return;
      const seen = await this.view.look(this.model, signal);
      this.model = seen(this.model);
    }
  }

  private async rest(): Promise<void> {
    const woken = new AbortController();
    this.rouse = () => woken.abort();
    const signal = AbortSignal.any([this.end.signal, woken.signal]);
    await sleep(this.intervalMs, undefined, { signal }).catch(() => {});
  }

  private press(press: Press): void {
    const { columns, rows } = this.screen.size;
    const next = this.view.press(this.model, press, columns, rows);
    if (next === "quit") this.end.abort();
    else if (next === "suspend") this.suspend();
    else {
      this.model = next;
      if (this.view.isHurried(this.model)) this.rouse?.();
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
    this.screen.draw(this.view.render(this.model, columns, rows));
  }
}
