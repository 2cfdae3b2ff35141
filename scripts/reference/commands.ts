import type { Command } from "commander";
import type { CliPorts } from "../../src/cli/ports.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { createSimulator } from "../../src/compose/simulate.ts";
import { fence, type Page, page } from "./markdown.ts";

/** Help is wrapped at this width, whatever terminal it is generated in. */
const WIDTH = 110;

const NOT_RUN = (): never => {
  throw new Error("the reference runs no command");
};

const PORTS: CliPorts = {
  version: "",
  run: NOT_RUN,
  runFleet: NOT_RUN,
  openBackend: NOT_RUN,
  examine: NOT_RUN,
  recoverSwap: NOT_RUN,
  serveFiles: NOT_RUN,
  removeFiles: NOT_RUN,
  slices: NOT_RUN,
  sliceCommands: NOT_RUN,
  simulator: NOT_RUN,
};

/** The program as the command line has it, to be looked at. */
export function program(): Command {
  return buildProgram(PORTS, NOT_RUN, createSimulator());
}

/** docs/reference/commands.md: every command with its help, as commander prints it. */
export function commandsPage(): Page {
  const root = program();
  return page("commands.md", [
    "# Commands",
    "What `selfballoon COMMAND --help` prints. From a clone, `selfballoon` is `node dist/selfballoon.mjs`.",
    fence("text", helpOf(root)),
    ...root.commands.flatMap((command) => [`## ${command.name()}`, fence("text", helpOf(command))]),
  ]);
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}
