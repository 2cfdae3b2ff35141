import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { FleetView } from "../../src/fleet/fleet-view.ts";
import { hostOfSubject, parseHostKey } from "../../src/fleet/names.ts";
import { serveFleet } from "../../src/fleet/service/serve.ts";
import { type Figure, pending } from "../budgets.ts";
import { busyIn, CHROMIUM } from "../support/browser.ts";
import { ManyHosts } from "../support/many-hosts.ts";
import { DAEMON } from "../support/paths.ts";
import { quantile } from "../support/statistics.ts";

const HOSTS = 1000;
const SETTLE_MS = 5000;
const MEASURED_MS = 20_000;

/** What the page's own window saw. */
interface Seen {
  /** Between each frame and the next, in ms. */
  readonly frames: readonly number[];
  /** Tasks of 50 ms and more, in ms. */
  readonly tasks: readonly number[];
}

/** The page of a fleet of 1,000 hosts, in the browser that the tests use: whether it stays smooth while all of them tell how they stand. */
export async function measureFleetPage(): Promise<readonly Figure[]> {
  if (!existsSync(CHROMIUM)) return Array.from({ length: 2 }, () => pending(`there is no ${CHROMIUM}`));
  const view = new FleetView(() => performance.now());
  view.noteTime(Date.now());
  const hosts = new ManyHosts({ publish: (subject, bytes) => takeInto(view, subject, bytes) }, HOSTS);
  hosts.start();
  const { url, close } = await serveFleet(view, null, {
    host: "127.0.0.1",
    port: 0,
    version: "benchmark",
    pageFolder: join(dirname(DAEMON), "web"),
    tell: () => {},
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    return await measureIn(await browser.newPage({ viewport: { width: 1440, height: 900 } }), url);
  } finally {
    await browser.close();
    await close();
    hosts.stop();
  }
}

/** As a service that follows NATS. */
function takeInto(view: FleetView, subject: string, bytes: Uint8Array): void {
  const kept = parseHostKey(subject.split(".").slice(2).join("."));
  if (kept !== null) view.takeKey(kept.host, kept.key, bytes, view.serverMs());
  else view.takeChanges(hostOfSubject(subject) ?? "", bytes);
}

async function measureIn(page: Page, url: string): Promise<readonly Figure[]> {
  await page.goto(url);
  await page.getByText(`${HOSTS} live hosts`).waitFor();
  await sleep(SETTLE_MS);
  const busy = await busyIn(page);
  const before = await busy();
  const seen = page.evaluate(watchFrames, MEASURED_MS);
  await sleep(MEASURED_MS);
  const percent = (((await busy()) - before) / (MEASURED_MS / 1000)) * 100;
  const { frames, tasks } = await seen;
  const longest = Math.max(0, ...tasks);
  const late = (share: number): string => quantile(frames, share).toFixed(0);
  return [
    { value: percent, note: `the page's main thread, ${HOSTS} hosts, whose guests change all the time` },
    {
      value: longest,
      note: `${tasks.length} tasks of 50 ms or more in ${MEASURED_MS / 1000} s; of ${frames.length} frames half came within ${late(0.5)} ms, 99 of 100 within ${late(0.99)} ms`,
    },
  ];
}

/** Runs in the page. */
function watchFrames(durationMs: number): Promise<Seen> {
  const frames: number[] = [];
  const tasks: number[] = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: "longtask",
  });
  const startMs = performance.now();
  let lastMs = startMs;
  return new Promise((resolve) => {
    const next = (nowMs: number): void => {
      frames.push(nowMs - lastMs);
      lastMs = nowMs;
      if (nowMs - startMs < durationMs) requestAnimationFrame(next);
      else resolve({ frames, tasks });
    };
    requestAnimationFrame(next);
  });
}
