import { useEffect, useState } from "preact/hooks";
import { readNews } from "./daemon.ts";

/** What was read last, and since when reading fails. */
export interface Polled<T> {
  /** Null until it was read once. */
  readonly value: T | null;
  /** Null while it succeeds. */
  readonly lostAtMs: number | null;
}

/**
 * Read `path` now and `intervalMs` after each answer; what was read stays while nothing can be read, and what is as it was is
 * neither sent nor drawn again. While nobody sees the page nothing is read. @param path null: nothing is read.
 */
export function usePolled<T>(path: string | null, intervalMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: null, lostAtMs: null });
  useEffect(() => {
    if (path === null) return;
    let timer = 0;
    let isOver = false;
    let tag: string | null = null;
    const next = (): void => {
      timer = window.setTimeout(() => void (document.hidden ? next() : read()), intervalMs);
    };
    const read = async (): Promise<void> => {
      const answer = await readNews<T>(path, tag);
      if (isOver) return;
      if (answer.ok && answer.body !== null) tag = answer.body.tag;
      setPolled((before) => {
        if (!answer.ok) return { ...before, lostAtMs: before.lostAtMs ?? Date.now() };
        if (answer.body !== null) return { value: answer.body.value, lostAtMs: null };
        return before.lostAtMs === null ? before : { ...before, lostAtMs: null };
      });
      next();
    };
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [path, intervalMs]);
  return polled;
}
