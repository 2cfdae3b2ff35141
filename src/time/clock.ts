/** Time, from outside: real in the daemon, driven by hand in tests. */
export interface Clock {
  /** Monotonic time, in ms; never jumps with the wall clock. */
  nowMs(): number;
  /** Wall-clock time, in ms since 1970. */
  wallMs(): number;
  /** Call `action` once after `delayMs`. Returns how to cancel it. */
  after(delayMs: number, action: () => void): () => void;
  /** Call `action` every `intervalMs`, at most 24 days. Returns how to stop it. */
  every(intervalMs: number, action: () => void): () => void;
}

/** The longest delay that Node's timers take; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own clock. */
export const realClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, action) {
    let remainingMs = delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const stretchMs = Math.min(remainingMs, LONGEST_TIMER_MS);
      remainingMs -= stretchMs;
      timer = setTimeout(() => (remainingMs > 0 ? arm() : action()), stretchMs);
    };
    arm();
    return () => clearTimeout(timer);
  },
  every(intervalMs, action) {
    const timer = setInterval(action, intervalMs);
    return () => clearInterval(timer);
  },
};
