import type { Command } from "commander";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { type CompletedProgram, completedProgram } from "./completion/model.ts";
import { zshCompletion } from "./completion/zsh.ts";
import type { SimulatorNames } from "./ports.ts";
import type { Shell } from "./shells.ts";

const WRITERS: Readonly<Record<Shell, (program: CompletedProgram) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** What a shell needs to complete our commands, options and tunables. */
export function completionFor(shell: Shell, program: Command, names: SimulatorNames): string {
  return WRITERS[shell](completedProgram(program, names));
}
