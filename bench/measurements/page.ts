import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { createApi } from "../../src/api/api.ts";
import { serveTcp, type TcpServer } from "../../src/api/tcp.ts";
import { configure } from "../../src/config/configure.ts";
import { Journal } from "../../src/daemon/journal.ts";
import { Worker } from "../../src/daemon/worker.ts";
import { realClock } from "../../src/time/clock.ts";
import { type Figure, pending } from "../budgets.ts";
import { busyIn, CHROMIUM } from "../support/browser.ts";
import { DAEMON } from "../support/paths.ts";
import { WanderingGuests } from "../support/wandering-guests.ts";

const GUESTS = 1000;
const MEASURED_MS = 10_000;

/** The page of a daemon with 1,000 guests that step each second, in the browser that the tests use. */
export async function measurePage(): Promise<readonly Figure[]> {
  if (!existsSync(CHROMIUM)) return Array.from({ length: 3 }, () => pending(`there is no ${CHROMIUM}`));
  const folder = mkdtempSync(join(tmpdir(), "sb-page-"));
  const worker = startWorker();
  await worker.start();
  const server = await serveTcp(createApi(worker, "benchmark"), {
    host: "127.0.0.1",
    port: 0,
    tokenFile: null,
    runtimeTokenFile: join(folder, "token"),
    pageFolder: join(dirname(DAEMON), "web"),
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    return await measureIn(await browser.newPage(), server);
  } finally {
    await browser.close();
    await server.close();
    await worker.stop({ keepTargets: true });
    rmSync(folder, { recursive: true });
  }
}

function startWorker(): Worker {
  const tunables = [{ name: "selfballoon_interval", text: "1", source: "flag", origin: "--set" }] as const;
  return new Worker({
    description: "benchmark",
    configured: configure({ tunables, guests: [] }, { hasCompressedSwap: false, defaults: {} }, "nothing was started"),
    backend: new WanderingGuests(GUESTS),
    clock: realClock,
    journal: new Journal(1024, realClock.wallMs),
    dryRun: false,
  });
}

async function measureIn(page: Page, { url }: TcpServer): Promise<readonly Figure[]> {
  const sizes: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    if (["document", "script", "stylesheet", "image"].includes(request.resourceType()))
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  await page.goto(url);
  await page.getByText(`${GUESTS} shown`).waitFor();
  const weightBytes = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  const paintMs = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
  const busySeconds = await busyIn(page);
  const before = await busySeconds();
  await sleep(MEASURED_MS);
  const busy = ((await busySeconds()) - before) / (MEASURED_MS / 1000);
  return [
    { value: weightBytes / 1024, note: "all of the page's own files, as they come over the line" },
    { value: Number(paintMs), note: "first contentful paint, empty cache" },
    { value: busy * 100, note: `the page's main thread, ${GUESTS} steps a second` },
  ];
}
