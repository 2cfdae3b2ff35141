import { hasSystemCode, SelfballoonError, selfballoonError } from "../../../core/errors.ts";
import { shownText } from "../../../core/shown-text.ts";
import type { DaemonPort } from "../../../core/toolstack.ts";
import { findTunable } from "../../../core/tunables.ts";
import type { XenstoreConnection } from "./connection.ts";

/** Where dom0 writes values for tunables, by their names. */
export const WISHES = "control/selfballoon";

/** Wishes that wait to be looked at, and refused ones that are remembered: twice as many as there are tunables. */
const MAX_NAMES = 32;

/** Longest text that says to dom0 why a wish was refused. */
const MAX_PROBLEM = 512;

/** A name in xenstore. */
const NAME = /^[A-Za-z0-9_@-]{1,64}$/;

/** Values for tunables that dom0 wishes for: which are to be looked at, and which were refused. Bounded, whatever comes. */
export class Wishes {
  private readonly daemon: Pick<DaemonPort, "change" | "tell">;
  /** Names of which xenstored said that they have changed. */
  private readonly changed = new Set<string>();
  /** Too many have changed, or something else than a single wish: all are looked at. */
  private isAllChanged = false;
  /** What each tunable's wish was when it was judged last. */
  private readonly judged = new Map<string, string>();
  private readonly refused = new Map<string, string>();

  constructor(daemon: Pick<DaemonPort, "change" | "tell">) {
    this.daemon = daemon;
  }

  /** Why wishes that still stand were refused, by their names. */
  get refusals(): ReadonlyMap<string, string> {
    return this.refused;
  }

  /** Something has changed at `path`: to be looked at with the next `take`. */
  note(path: string): void {
    const name = path.startsWith(`${WISHES}/`) ? path.slice(WISHES.length + 1) : "";
    if (NAME.test(name) && this.changed.size < MAX_NAMES) this.changed.add(name);
    else this.isAllChanged = true;
  }

  /**
   * Look at what has changed, and take each wish as a write at run time is taken. One that was written is taken though it
   * says the same as before; where only the folder has changed, as when xenstored is back, one that says the same is not.
   * @returns whether the folder was looked at.
   * @throws what reading throws.
   */
  async take(xenstore: Pick<XenstoreConnection, "list" | "read">): Promise<boolean> {
    const written = [...this.changed];
    const isAll = this.isAllChanged;
    this.changed.clear();
    this.isAllChanged = false;
    const listed = isAll ? await this.list(xenstore) : [];
    for (const name of new Set([...written, ...listed])) await this.look(xenstore, name, written.includes(name));
    return isAll;
  }

  /** The wishes that there are, and those that may be there no more. */
  private async list(xenstore: Pick<XenstoreConnection, "list">): Promise<readonly string[]> {
    const names = await xenstore.list(WISHES).catch((thrown: unknown) => {
      if (hasSystemCode(thrown, "EACCES")) return [];
      throw thrown;
    });
    const known = [...this.judged.keys(), ...this.refused.keys()];
    return [...known, ...names.filter((name) => NAME.test(name)).slice(0, MAX_NAMES)];
  }

  private async look(xenstore: Pick<XenstoreConnection, "read">, name: string, isWritten: boolean): Promise<void> {
    try {
      const text = await xenstore.read(`${WISHES}/${name}`);
      if (text === null) this.forget(name);
      else if (isWritten || this.judged.get(name) !== text) this.judge(name, text);
    } catch (thrown) {
      if (!hasSystemCode(thrown, "EACCES")) throw thrown;
      this.refuse(name, "dom0 has not made it readable for this guest (EACCES)");
    }
  }

  /** What is withdrawn changes nothing. */
  private forget(name: string): void {
    this.judged.delete(name);
    this.refused.delete(name);
  }

  private judge(name: string, text: string): void {
    if (findTunable(name) !== null) this.judged.set(name, text);
    try {
      this.daemon.change({ [name]: text }, true);
      this.refused.delete(name);
    } catch (thrown) {
      if (!(thrown instanceof SelfballoonError)) throw thrown;
      this.refuse(name, thrown.message);
    }
  }

  /** Told once until it is taken or withdrawn. */
  private refuse(name: string, problem: string): void {
    const isNews = !this.refused.has(name);
    if (isNews && this.refused.size >= MAX_NAMES) return;
    this.refused.set(name, shownText(problem, MAX_PROBLEM));
    if (isNews) this.daemon.tell(selfballoonError("ERR_WISH_REFUSED", { path: `${WISHES}/${name}`, problem }));
  }
}
