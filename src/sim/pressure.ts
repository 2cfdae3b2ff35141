import type { Kernel } from "./kernel.ts";

/**
 * Add the tick's stalls to the PSI totals (Linux kernel/sched/psi.c). `some`: a task waited for memory, where kswapd
 * counts as such a task for as long as it has work. `full`: nothing else ran, so all busy loads waited, or kswapd held
 * the only CPU.
 */
export function accountPressure(kernel: Kernel): void {
  const { tickUs, counters } = kernel;
  const kswapdWorks = kernel.isKswapdAwake && kernel.kswapdUs > 0 && kernel.kswapdFailures === 0;
  let calmShare = kswapdWorks ? 0 : 1 - Math.min(tickUs, kernel.kswapdUs + kernel.balloonUs) / tickUs;
  let minStalledUs = tickUs;
  let busyLoads = 0;
  for (const load of kernel.loads) {
    const stalledUs = Math.min(tickUs, load.stalledUs);
    calmShare *= 1 - stalledUs / tickUs;
    if (!load.isBusy) continue;
    busyLoads += 1;
    minStalledUs = Math.min(minStalledUs, stalledUs);
  }
  const someUs = tickUs * (1 - calmShare);
  const fullUs = (busyLoads > 0 ? minStalledUs : 0) + (kernel.cpus === 1 ? kernel.kswapdUs : 0);
  counters.psiSomeUs += someUs;
  counters.psiFullUs += Math.min(someUs, fullUs);
}
