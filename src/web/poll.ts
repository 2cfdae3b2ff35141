import { useEffect, useState } from "preact/hooks";
import { ask } from "./daemon.ts";

/** What was read last, and since when reading fails. */
export interface Polled<T> {
  /** Null until it was read once. */
  readonly value: T | null;
  /** Null while it succeeds. */
  readonly lostAtMs: number | null;
}

/** Read `path` now and `intervalMs` after each answer; what was read stays while nothing can be read. */
export function usePolled<T>(path: string, intervalMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: null, lostAtMs: null });
  useEffect(() => {
    let timer = 0;
    let isOver = false;
    const read = async (): Promise<void> => {
      const answer = await ask<T>("GET", path);
      if (isOver) return;
      setPolled((before) =>
        answer.ok ? { value: answer.body, lostAtMs: null } : { ...before, lostAtMs: before.lostAtMs ?? Date.now() },
      );
      timer = window.setTimeout(() => void read(), intervalMs);
    };
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [path, intervalMs]);
  return polled;
}
