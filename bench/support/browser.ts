import type { Page } from "playwright-core";

/** The browser that the tests use. */
export const CHROMIUM = "/usr/bin/chromium";

/** Begin to count for how long a page's main thread is busy. @returns what asks for how many seconds it was. */
export async function busyIn(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  };
}
