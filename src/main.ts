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
    return (await chooseBackend(config.backend, root)).backend.open();
  },
  examine: async (config, root) => (await import("./compose/doctor.ts")).examine(config, root),
};

process.exitCode = await runCli(process.argv, ports);
