import { isDeepStrictEqual } from "node:util";
import type { NotifySection } from "../config/load.ts";
import type { Journal } from "../daemon/journal.ts";

/** Whom the operator has told of what happens, by the configuration that was read last; nothing of it is loaded where that is nobody. */
export class LiveNotify {
  private readonly journal: Journal;
  private section: NotifySection | null = null;
  private end: () => Promise<void> = () => Promise.resolve();

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** The configuration was read. Those who are named as before keep what waits for them. */
  async take(section: NotifySection | null): Promise<void> {
    const begin = section === null ? null : await this.load(section);
    if (isDeepStrictEqual(section, this.section)) return;
    const { end } = this;
    this.section = section;
    this.end = begin?.() ?? (() => Promise.resolve());
    await end();
  }

  close(): Promise<void> {
    return this.end();
  }

  private async load(section: NotifySection): Promise<() => () => Promise<void>> {
    const { notifyOf } = await import("./notify.ts");
    return () => notifyOf(section, this.journal);
  }
}
