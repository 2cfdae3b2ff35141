import { apiPage } from "./api.ts";
import { commandsPage } from "./commands.ts";
import { configurationPage } from "./configuration.ts";
import { errorsPage } from "./errors.ts";
import type { Page } from "./markdown.ts";
import { reasonsPage } from "./reasons.ts";
import { recordingPage } from "./recording.ts";
import { tunablesPage } from "./tunables.ts";

/** Every page of docs/reference, as the tables make it. */
export function referencePages(): readonly Page[] {
  return [tunablesPage(), errorsPage(), reasonsPage(), commandsPage(), configurationPage(), recordingPage(), apiPage()];
}
