import * as z from "zod";
import { describeRange, TUNABLES, type TunableRow } from "../../src/core/tunables.ts";
import { accepted, type ConfigurationKey, configurationKeys } from "../reference/configuration.ts";
import type { GeneratedFile } from "./file.ts";

/** Values that look like somebody's own, for keys of which the schema alone tells no good one. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  "backend.xenstore": true,
  "backend.qmp": ["/run/qemu/*.qmp"],
  "backend.agent": "{dir}/{name}.agent",
  "backend.libvirt_uri": "qemu:///system",
  "host.memory_mb": 57_344,
  "host.reserve_mb": 4096,
  "host.overcommit": 1.5,
  "guests.managed": true,
  "guests.min_mb": 512,
  "guests.max_mb": 8192,
  "guests.weight": 100,
  "guests.priority": "normal",
  "guests.schedule": { quiet: ["22:00-06:00", "Sat,Sun 00:00-24:00"] },
  "simulated.guests": 6,
  "simulated.seed": 1,
  "simulated.restless": false,
  "history.directory": "/var/lib/selfballoon/history",
  "history.max_mb": 64,
  "fleet.servers": ["nats://10.0.0.1:4222", "nats://10.0.0.2:4222"],
  "fleet.name": "host-1",
  "fleet.labels": { rack: "a1" },
  "fleet.credentials": "/etc/selfballoon/fleet.creds",
  "fleet.tls_ca": "/etc/selfballoon/fleet-ca.pem",
  "fleet.replicas": 1,
  "notify.command": ["/usr/local/bin/tell-somebody"],
  "notify.webhook": "https://example.org/told",
  "notify.severity": "warning",
  "notify.kinds": ["fault", "notice"],
  "api.socket": "/run/selfballoon/selfballoon.sock",
  "api.listen": "127.0.0.1:7070",
  "api.reads_need_token": true,
  "api.token_file": "/var/lib/selfballoon/token",
};

/** For keys that nobody gave an example: the first of these that the schema accepts. */
const LAST_RESORTS: readonly unknown[] = [1, 0, false, "text", "/path/of/it", [], ["text"], ["/path/of/it"]];

const WIDTH = 110;

/** packaging/selfballoon.toml: every key with its explanation, none of them in force. */
export function exampleConfigFile(): GeneratedFile {
  const keys = configurationKeys();
  const sections = [...new Set(keys.map(({ section }) => section))];
  const blocks = [
    comment(
      "Configuration of selfballoon, which needs none. Take the # away before what is to be set, `#key = value`. Name only what " +
        "is to differ: a value here beats the boot options and what start-up computes.",
    ),
    comment(
      "`selfballoon doctor` judges this file, `systemctl reload selfballoon` reloads it; the log then names the keys that take a restart.",
    ),
    ["", "[tunables]", ...TUNABLES.flatMap(tunableLines)].join("\n"),
    ...sections.map((section) => sectionBlock(keys.filter((key) => key.section === section))),
  ];
  return { path: "packaging/selfballoon.toml", text: `${blocks.join("\n")}\n` };
}

function tunableLines(row: TunableRow): readonly string[] {
  const unit = row.unit === "" ? "" : ` ${row.unit}`;
  const start = row.startRule === "" ? "" : `; ${row.startRule}`;
  const absent = row.needsCompressedSwap ? " Only where there is compressed swap." : "";
  return [
    "",
    comment(`${row.summary}${absent}`),
    comment(`${describeRange(row)}; default ${row.default}${unit}${start}`),
    `#${row.name} = ${Math.max(row.default, row.min)}`,
  ];
}

function sectionBlock(keys: readonly ConfigurationKey[]): string {
  const [first] = keys;
  const heading =
    first?.isByName === true
      ? [
          comment(
            "A table for each guest of a host, by its name: limits, and tunables that beat those for all. `*` stands for any letters, `?` for one; of several that match the later one wins. On a host only guests named so are moved.",
          ),
          `#[${first.section}."web*"]`,
        ]
      : [`[${first?.section}]`];
  return ["", ...heading, ...keys.flatMap(keyLines)].join("\n");
}

function keyLines({ section, key, schema, meaning }: ConfigurationKey): readonly string[] {
  return [
    "",
    comment(meaning.replaceAll("`", "")),
    comment(accepted(schema).replaceAll("`", "")),
    `#${key} = ${tomlText(exampleOf(`${section}.${key}`, schema))}`,
  ];
}

/** A value as TOML writes it on one line: as JSON does, but for tables. */
function tomlText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key} = ${tomlText(inner)}`);
  return `{ ${pairs.join(", ")} }`;
}

function exampleOf(name: string, schema: z.ZodType): unknown {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  const derived = inner instanceof z.ZodEnum ? inner.options : [];
  const found = [EXAMPLES[name], ...derived, ...LAST_RESORTS].find(
    (value) => value !== undefined && schema.safeParse(value).success,
  );
  if (found === undefined) throw new Error(`give an example of ${name} in scripts/packaging/example-config.ts`);
  return found;
}

/** Words as lines of comment. */
function comment(text: string): string {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}
