import { setTimeout as sleep } from "node:timers/promises";
import { configure } from "../src/config/configure.ts";
import { startPolicy } from "../src/core/startup.ts";
import { Journal } from "../src/daemon/journal.ts";
import { createLogger, logRecords } from "../src/daemon/logger.ts";
import { Worker } from "../src/daemon/worker.ts";
import { realClock } from "../src/time/clock.ts";
import { WanderingGuests } from "./support/wandering-guests.ts";

// A process of its own: the daemon's worker over as many guests as the first argument says, stepped each second.
// Prints what it used, as JSON.
const INTERVAL_MS = 1000;
const SETTLE_MS = 5000;
const MEASURED_MS = 15_000;

const journal = new Journal(1024, realClock.wallMs);
const tunables = [{ name: "selfballoon_interval", text: "1", source: "flag", origin: "--set" }] as const;
const worker = new Worker({
  description: "benchmark",
  configured: configure({ tunables, guests: [] }, { hasCompressedSwap: false, defaults: {} }, "nothing was started"),
  backend: new WanderingGuests(Number(process.argv[2])),
  clock: realClock,
  journal,
  policy: startPolicy({ place: "host", isReal: true }),
  dryRun: false,
});
journal.subscribe(logRecords(createLogger({ json: false }), { isVerbose: false, isDryRun: false }));
await worker.start();
await sleep(SETTLE_MS);

const lastMs = new Map<string, number>();
let steps = 0;
let moved = 0;
let latestMs = 0;
journal.subscribe((record) => {
  if (record.kind !== "step") return;
  const { guest } = record.decision;
  const nowMs = performance.now();
  steps += 1;
  if (record.applied) moved += 1;
  latestMs = Math.max(latestMs, nowMs - (lastMs.get(guest) ?? nowMs) - INTERVAL_MS);
  lastMs.set(guest, nowMs);
});
const cpuBefore = process.cpuUsage();
await sleep(MEASURED_MS);
const cpu = process.cpuUsage(cpuBefore);
const cpuShare = (cpu.user + cpu.system) / 1000 / MEASURED_MS;
process.stdout.write(JSON.stringify({ cpuShare, rssBytes: process.memoryUsage.rss(), latestMs, steps, moved }));
process.exit(0);
