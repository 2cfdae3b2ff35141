#!/usr/bin/env node
import type { CliPorts } from "./cli/ports.ts";
import { runCli } from "./cli/program.ts";
import { VERSION } from "./version.ts";

// The composition root: here and in compose/ the rooms meet. What only some commands need is loaded by them.
const ports: CliPorts = {
  version: VERSION,
  run: async (plan) => (await import("./compose/run.ts")).run(plan),
  openBackend: async (config, root) => {
    const { chooseBackend } = await import("./compose/backends.ts");
    const { onlyNamed, rulesFor } = await import("./compose/host.ts");
    const { backend } = await chooseBackend(config, root, true);
    const rules = rulesFor(backend, config, false);
    return onlyNamed(await backend.open(), (guest) => rules?.isNamed(guest) ?? true);
  },
  examine: async (config, root) => (await import("./compose/doctor.ts")).examine(config, root),
  recoverSwap: async (config, root) => (await import("./compose/swap-shrinker.ts")).recoverSwap(config, root),
  serveFiles: async (socket, mountpoint) => (await import("./compose/files.ts")).serveFiles(socket, mountpoint),
  removeFiles: async (mountpoint) => (await import("./compose/files.ts")).removeFiles(mountpoint),
  slices: async (request) => (await import("./compose/slices.ts")).changeSlices(request),
  sliceCommands: async (request, root) => (await import("./compose/slices.ts")).sliceCommands(request, root),
  simulator: async () => (await import("./compose/simulate.ts")).createSimulator(),
};

process.exitCode = await runCli(process.argv, ports);
