import { NOTICES } from "../../src/core/notices.ts";
import { CLAMPS, REASONS } from "../../src/core/reasons.ts";
import { code, type Page, page, table } from "./markdown.ts";

/** docs/reference/reasons.md: reasons, clamps and notices. */
export function reasonsPage(): Page {
  return page("reasons.md", [
    "# Reasons, clamps and notices",
    "`selfballoon status`, the log and `selfballoon replay` say why a guest has what it has in these words.",
    "## Reasons",
    "Each decision has one.",
    meanings("reason", REASONS),
    "## Clamps",
    "Each decision lists what cut the target that the law had chosen, in the order in which it was applied.",
    meanings("clamp", CLAMPS),
    "## Notices",
    "What a backend noticed beside its readings. `{name}` stands for a number.",
    meanings("notice", NOTICES),
  ]);
}

function meanings(heading: string, rows: Readonly<Record<string, string>>): string {
  return table(
    [heading, "meaning"],
    Object.entries(rows).map(([name, meaning]) => [code(name), meaning]),
  );
}
