#!/usr/bin/env node
import { dirname } from "node:path";
import type { CliPorts } from "./cli/ports.ts";
import { runCli } from "./cli/program.ts";
import { VERSION } from "./version.ts";

// The composition root: here and in compose/ the rooms meet. What only some commands need is loaded by them.
const ports: CliPorts = {
  version: VERSION,
  run: async (plan) => (await import("./compose/run.ts")).run(plan),
  runFleet: async (flags) => (await import("./compose/fleet-trial.ts")).runFleetTrial(flags),
  openBackend: async (config, root) => (await import("./compose/backends.ts")).openBackend(config, root),
  examine: async (config, root) => (await import("./compose/doctor.ts")).examine(config, root),
  recoverSwap: async ({ socket }, root) =>
    (await import("./swap/open-shrinker.ts")).recoverSwap({ root, recordFolder: dirname(socket) }),
  serveFiles: async (socket, mountpoint) => (await import("./compose/files.ts")).serveFiles(socket, mountpoint),
  removeFiles: async (mountpoint) => (await import("./compose/files.ts")).removeFiles(mountpoint),
  slices: async (request) => (await import("./swap/slices/change.ts")).changeSlices(request),
  sliceCommands: async (request, root) => (await import("./swap/slices/change.ts")).sliceCommands(request, root),
  simulator: async () => (await import("./compose/simulate.ts")).createSimulator(),
};

process.exitCode = await runCli(process.argv, ports);
