import { moveBalloon } from "./balloon.ts";
import type { Kernel } from "./kernel.ts";
import { runKswapd } from "./kswapd.ts";
import { readDemands, runLoads } from "./loads.ts";
import { settleOom } from "./oom.ts";
import { accountPressure } from "./pressure.ts";
import { bringBack } from "./swap-in.ts";

/** Let `tickMs` milliseconds pass in the guest; 1 to 100, and the finer, the truer to a race for the last page. */
export function tick(kernel: Kernel, tickMs: number): void {
  kernel.nowMs += tickMs;
  if (kernel.nowMs < kernel.bootedAtMs || kernel.hasPanicked) return;
  kernel.tickUs = tickMs * 1000;
  readDemands(kernel);
  moveBalloon(kernel);
  runKswapd(kernel);
  runLoads(kernel);
  bringBack(kernel);
  accountPressure(kernel);
  settleOom(kernel, tickMs);
}
