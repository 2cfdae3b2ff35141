import { isStillRestarting } from "../../core/guest/boot.ts";

/** A reset that libvirt told of. */
interface Reset {
  readonly atMs: number;
  /** Whether the domain was found again since. */
  readonly isLookedAt: boolean;
  /** When its statistics had last been updated when it was found after that; undefined: it was not. */
  readonly updateS: number | null | undefined;
}

/**
 * Tells when a guest that was reset has booted: its statistics move, so the new kernel's balloon driver is there. What is
 * found first may have been asked for before the reset.
 */
export class BootWatch {
  private readonly nowMs: () => number;
  private reset: Reset | null = null;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** Its machine was reset. */
  start(): void {
    this.reset = { atMs: this.nowMs(), isLookedAt: false, updateS: undefined };
  }

  /** Whether its machine was reset, and it was not found to have booted since. */
  get isBooting(): boolean {
    return this.reset !== null;
  }

  /** Take in when its statistics were last updated. @returns whether it was booting, and is no longer. */
  hasEnded(lastUpdateS: number | null): boolean {
    const { reset } = this;
    if (reset === null) return false;
    const isSilent = reset.updateS === undefined || reset.updateS === lastUpdateS;
    if (isSilent && isStillRestarting(reset.atMs, this.nowMs())) {
      this.reset = { ...reset, isLookedAt: true, updateS: reset.isLookedAt ? lastUpdateS : undefined };
      return false;
    }
    this.reset = null;
    return true;
  }
}
