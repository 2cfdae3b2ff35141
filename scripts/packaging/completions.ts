import { completionFor } from "../../src/cli/completion.ts";
import { SHELLS, type Shell } from "../../src/cli/shells.ts";
import { createSimulator } from "../../src/compose/simulate.ts";
import { program } from "../reference/commands.ts";
import type { GeneratedFile } from "./file.ts";

/** The names that the shells' own packages give to such files. */
const FILE_NAMES: Readonly<Record<Shell, string>> = {
  bash: "selfballoon.bash",
  zsh: "_selfballoon",
  fish: "selfballoon.fish",
};

/** What `selfballoon completion SHELL` prints, as files to be installed. */
export function completionFiles(): readonly GeneratedFile[] {
  return SHELLS.map((shell) => ({
    path: `packaging/completion/${FILE_NAMES[shell]}`,
    text: completionFor(shell, program(), createSimulator()),
  }));
}
