import { environmentName } from "../../src/config/load.ts";
import { describeRange, TUNABLES, type TunableRow } from "../../src/core/tunables.ts";
import { code, fence, list, type Page, page, table } from "./markdown.ts";

/** docs/reference/tunables.md: every row of the table of tunables. */
export function tunablesPage(): Page {
  const rows = TUNABLES.map((row) => [code(row.name), row.unit, String(row.default), describeRange(row), row.summary]);
  return page("tunables.md", [
    "# Tunables",
    "The first nine have the names, defaults and write rules of the Linux driver's sysfs files. " +
      "How to choose values: [tuning.md](../guides/tuning.md).",
    table(["name", "unit", "default", "accepted", "what it does"], rows),
    "## Writes",
    "The rules are the same on every way in: the command line, the configuration file, the environment, the control socket.",
    list([
      "A value is decimal digits with an optional leading `+` and one optional trailing newline, nothing else.",
      "Anything else, and a value out of range, is refused as `EINVAL` and changes nothing.",
      "A writer without the privilege is refused as `EPERM`, before the value is looked at.",
      "Several values written at once are all taken or, if one is refused, none is.",
      "A 0 that is not accepted is reached by `selfballoon reset`, where 0 is the default.",
    ]),
    ...TUNABLES.flatMap(section),
  ]);
}

function section(row: TunableRow): readonly string[] {
  const unit = row.unit === "" ? "" : ` ${row.unit}`;
  const facts = [
    `accepted: ${describeRange(row)}`,
    `default: ${row.default}${unit}${row.startRule === "" ? "" : `; ${row.startRule}`}`,
    `environment: ${code(environmentName(row.name))}`,
    ...(row.needsCompressedSwap ? ["exists only where compressed swap (zram or zswap) is configured"] : []),
  ];
  const example = row.kind === "switch" ? 1 - row.default : row.default + 1;
  return [
    `## ${row.name}`,
    row.summary,
    list(facts),
    fence("sh", `selfballoon set ${row.name}=${example}\nselfballoon reset ${row.name}`),
  ];
}
