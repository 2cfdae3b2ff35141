import { ERRORS, type ErrorOwner } from "../../src/core/errors.ts";
import { code, type Page, page, table } from "./markdown.ts";

const OWNERS: Readonly<Record<ErrorOwner, string>> = {
  operator: "The operator asked for something that can't be. The command ends and says what to change.",
  guest: "A guest can't be read or moved. It is a state of that guest: told once, tried again at the next step.",
  host: "The machine below refused. It is told once and tried again at the next step.",
  bug: "A fault of selfballoon itself. The daemon gives all memory back and ends with exit code 1.",
};

/** What a command's exit code says. */
export const EXIT_CODES = [
  "ok",
  "a bug, or a fault of guest or host",
  "usage",
  "configuration",
  "no usable balloon",
  "permission",
  "already running",
];

/** docs/reference/errors.md: every row of the table of errors, by owner. */
export function errorsPage(): Page {
  return page("errors.md", [
    "# Errors",
    "Every error has a stable code. Text on standard error ends with it; with `--json` it is the field `code`, beside " +
      "`message` and `details`. `{name}` stands for a detail.",
    table(
      ["exit code", "meaning"],
      EXIT_CODES.map((meaning, exitCode) => [String(exitCode), meaning]),
    ),
    ...Object.entries(OWNERS).flatMap(([owner, meaning]) => [`## Owner: ${owner}`, meaning, rowsOf(owner)]),
  ]);
}

function rowsOf(owner: string): string {
  const rows = Object.entries(ERRORS).filter(([, row]) => row.owner === owner);
  return table(
    ["code", "exit code", "HTTP status", "text"],
    rows.map(([name, row]) => [code(name), String(row.exitCode), String(row.httpStatus), row.message]),
  );
}
