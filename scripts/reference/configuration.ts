import * as z from "zod";
import { BACKEND_KINDS } from "../../src/backends/registry.ts";
import { DEFAULT_CONFIG_FILE, environmentName } from "../../src/config/load.ts";
import { configFileSchema } from "../../src/config/schema.ts";
import { TERMS } from "../../src/core/guest-terms.ts";
import { POLICY_NAMES } from "../../src/core/policy.ts";
import { findTunable, TUNABLES } from "../../src/core/tunables.ts";
import { code, fence, list, type Page, page, table } from "./markdown.ts";

/** What each key that is no tunable is for. A new key of the schema has to be explained here. */
const MEANINGS: Readonly<Record<string, string>> = {
  "law.policy":
    "how goals are found: `driver` by what is committed, `adaptive` by what is in use (see the tuning guide); default `adaptive` on a host, `driver` in a guest and for simulated ones",
  "backend.kind": "how to reach balloons",
  "backend.xenstore":
    "true: a Xen guest shows dom0 in xenstore what it has, wants and why, and takes dom0's values for tunables (see the guide for Xen guests); default false",
  "backend.qmp": "QMP sockets of a host's guests; `*` and `?` as in a shell",
  "backend.agent":
    "where guest agents' sockets are, with `{dir}` and `{name}` of the QMP socket; without it QEMU is asked, and believed of " +
    "one beside that socket which is called after it, or an agent's in a directory of its own",
  "backend.libvirt_uri":
    "which libvirt to talk to, or which ones; in `socket=PATH` `*` and `?` stand for parts of names, and each socket there is one",
  "host.memory_mb":
    "what all guests of a host may have together: MiB, a share of its memory (or of our cgroup's limit), or what is available there, which follows memory that is added and limits that change; default 87.5 % of it",
  "host.take":
    "when memory is taken from guests: `always`, what their load does not need (the default), or `as_needed`, when the host needs it (see the guide for hosts)",
  "host.reserve_mb": "what of it is kept for emergencies, in MiB",
  "host.overcommit":
    "how many times `memory_mb` the guests' maxima may be together before it is told as a warning; not limited if it is not said",
  ...Object.fromEntries(
    TERMS.map(({ name, unit, summary }) => [`guests.${name}`, unit === "" ? summary : `${summary} In ${unit}.`]),
  ),
  "guests.schedule":
    "quiet hours, in the host's local time: what the guest has is not taken from it, not even where the host or another guest is short; what it runs short of it still gets. Hours that end no later than they begin end on the next day",
  "simulated.guests": "how many simulated guests there are where no real ones are found; 6 if it is not said",
  "simulated.seed": "the same seed gives the same guests and days",
  "simulated.restless": "true: some of them reboot, and some disappear and come back",
  "history.directory":
    "absolute path of the folder that history is kept in; empty for none. Default: `history` in systemd's state directory; for simulated guests beside the socket; else none",
  "history.max_mb": "the most that history takes, in MiB; default 64",
  "fleet.servers": "the NATS servers of the fleet that this host is of; without this section it is of none",
  "fleet.name": "what the fleet calls this host; default: the machine's name up to its first dot",
  "fleet.labels": "words about the host, by which others choose",
  "fleet.credentials": "absolute path of a NATS credentials file, or of a file with the seed of an nkey",
  "fleet.tls_ca": "absolute path of the certificates that the servers' are judged by; default: those of this machine",
  "fleet.replicas":
    "servers that keep a copy of what the fleet keeps; `fleet serve` looks at it when it makes that; default 1",
  "notify.command":
    "a program with its arguments, started for each record that is told, with it on standard input (see the guide for being told)",
  "notify.webhook": "an address that each record is posted to, as JSON",
  "notify.severity": "the least severity that is told; default `warning`",
  "notify.kinds": "the kinds of records that are told; all if it is not said",
  "api.socket": "absolute path of the control socket",
  "api.listen": "`HOST:PORT` to serve over TCP; empty for nowhere",
  "api.allowed_hosts":
    "what a request's `Host` may be besides this machine's own names, as a reverse proxy or a tunnel sends it: `HOST`, or `HOST:PORT` where the port is not the usual one",
  "api.token_file":
    "absolute path of the file with the token that writes over TCP must show; it is made if it is not there. Default: a new token at each start, in `token` beside the control socket",
  "api.reads_need_token":
    "true: reads over TCP must show it too, metrics and health included; so must those of `fleet serve`. Default false",
};

const FILE_ENVIRONMENT = [
  ["SELFBALLOON_CONFIG", "path of the configuration file; `--config` beats it"],
  ["SELFBALLOON_SOCKET", "path of the control socket; beats the file's `api.socket`"],
  ["SELFBALLOON_LISTEN", "beats the file's `api.listen`"],
  [
    "RUNTIME_DIRECTORY",
    "systemd's runtime directory (`RuntimeDirectory=`): a service that is not root has its control socket in it, where nothing else says where",
  ],
  ["STATE_DIRECTORY", "systemd's state directory (`StateDirectory=`): history is kept below it"],
  ["SELFBALLOON_QMP", "QMP sockets, separated by colons; beats the file's `backend.qmp`"],
] as const;

/** A configuration file that names everything there is; what does not work everywhere is a comment. */
export function exampleConfig(): string {
  const tunables = TUNABLES.flatMap((row) => {
    const isEverywhere = row.default >= row.min && !row.needsCompressedSwap;
    return [`# ${row.summary}`, `${isEverywhere ? "" : "# "}${row.name} = ${Math.max(row.default, row.min)}`];
  });
  return [
    "[tunables]",
    ...tunables,
    "",
    "[law]",
    `# ${POLICY_NAMES.join(", ")}; without this line adaptive on a host, driver in a guest`,
    `policy = "${POLICY_NAMES[0]}"`,
    "",
    "[backend]",
    `# ${BACKEND_KINDS.join(", ")}`,
    `kind = "${BACKEND_KINDS[0]}"`,
    "",
    '[guests."database*"]',
    "selfballoon_min_usable_mb = 512",
    "",
    '[guests."database*".schedule]',
    'quiet = ["22:00-06:00", "Sat,Sun 00:00-24:00"]',
    "",
    "[simulated]",
    "guests = 6",
    "seed = 1",
    "restless = false",
    "",
    "[history]",
    '# directory = "/var/lib/selfballoon/history"',
    "max_mb = 64",
    "",
    "[fleet]",
    'servers = ["nats://10.0.0.1:4222"]',
    'name = "host-1"',
    'labels = { rack = "a1" }',
    "",
    "[notify]",
    'command = ["/usr/local/bin/tell-somebody"]',
    'severity = "warning"',
    "",
    "[api]",
    'socket = "/run/selfballoon/selfballoon.sock"',
  ].join("\n");
}

/** docs/reference/configuration.md: the file, the environment, and what beats what. */
export function configurationPage(): Page {
  return page("configuration.md", [
    "# Configuration",
    `The file is TOML, at most 256 KiB, at ${code(DEFAULT_CONFIG_FILE)} or where ${code("--config")} or ` +
      `${code("SELFBALLOON_CONFIG")} says. It need not be there.`,
    "## What beats what",
    "A tunable's value comes from the last of these that names it. `selfballoon get` shows which one it was.",
    table(["source", "shown as"], SOURCES),
    "A reload (`SIGHUP`, `systemctl reload`) reads file and environment again; what `selfballoon set` changed for all guests gives way to it, but what was set for one guest with `--guest` stays, over restarts too, until `selfballoon reset --guest NAME`, and a release stays until `selfballoon set selfballooning=1`. " +
      "`[law]`, `[backend]`, `[simulated]`, `[history]`, `[fleet]` and `[api]` are looked at at the start alone: what of them has changed stays as it was, and a warning in the log names the keys that take a restart.",
    "## Sections",
    '`[tunables]` holds values for all guests, by the tunable\'s name. A table for each guest, such as `[guests."web"]`, holds ' +
      "tunables that beat those for all, and limits. `*` stands for any letters, `?` for one; where several tables match, the later one wins.",
    table(["section", "key", "accepted", "meaning"], configurationKeys().map(keyRow)),
    list([
      "Unknown sections and keys are refused; the nearest known name is proposed.",
      "Values are judged by the [write rules](tunables.md#writes), whether they are numbers or text.",
      "A bad file at the start ends the program with exit code 3. A bad file at a reload keeps the old settings and says so in the log.",
    ]),
    "## Example",
    "Every key. Name only what is to differ from the default: a value in the file beats the boot options and what start-up " +
      "computes. Tunables after a `#` have a default of 0, which can't be written, or exist only where compressed swap is configured.",
    fence("toml", exampleConfig()),
    "## Environment",
    table(
      ["variable", "meaning"],
      environment().map(([name, meaning]) => [code(name), meaning]),
    ),
  ]);
}

const SOURCES = [
  ["the table of [tunables](tunables.md)", "default"],
  ["what start-up computed: boot options, compressed swap, 10 % of RAM", "start-up"],
  ["the file's `[tunables]`", "file"],
  ["what its [fleet](../guides/fleet.md#settings-for-many) sets for all guests", "fleet"],
  ["the environment", "environment"],
  ["`--set`", "flag"],
  ["`selfballoon set` on the running daemon", "runtime"],
  ['for one guest: the file\'s `[guests."NAME"]`', "file, by `get --guest NAME`"],
  ["for one guest: what its fleet sets for guests of that name", "fleet, by `get --guest NAME`"],
  ["for one guest: `selfballoon set --guest NAME`", "set at run time, by `get --guest NAME`"],
];

/** One key of the file that is no tunable. */
export interface ConfigurationKey {
  readonly section: string;
  readonly key: string;
  /** True if the section is a table for each name, such as `[guests."web"]`. */
  readonly isByName: boolean;
  readonly schema: z.ZodType;
  readonly meaning: string;
}

/** Every key of the file, without the tunables. */
export function configurationKeys(): readonly ConfigurationKey[] {
  return Object.entries(configFileSchema.shape).flatMap(([section, optional]) => {
    const schema: unknown = optional.unwrap();
    const table: unknown = schema instanceof z.ZodPipe ? schema.out : schema;
    const isByName = table instanceof z.ZodMap;
    const inner: unknown = isByName ? table.valueType : table;
    if (!(inner instanceof z.ZodObject)) throw new Error(`[${section}] is no table of keys`);
    const named = Object.entries(inner.shape).filter(([key]) => findTunable(key) === null);
    return named.map(([key, value]) => {
      if (!(value instanceof z.ZodType)) throw new Error(`${section}.${key} has no schema`);
      return { section, key, isByName, schema: value, meaning: meaningOf(`${section}.${key}`) };
    });
  });
}

function keyRow({ section, key, isByName, schema, meaning }: ConfigurationKey): readonly string[] {
  return [code(isByName ? `[${section}."NAME"]` : `[${section}]`), code(key), accepted(schema), meaning];
}

function meaningOf(key: string): string {
  const meaning = MEANINGS[key];
  if (meaning === undefined) throw new Error(`explain ${key} in scripts/reference/configuration.ts`);
  return meaning;
}

/** The values that a schema accepts, in words. */
export function accepted(schema: unknown): string {
  if (schema instanceof z.ZodOptional) return accepted(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.description ?? schema.options.map(accepted).join(" or ");
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => JSON.stringify(value)).join(", ");
  if (schema instanceof z.ZodEnum) return schema.options.map(code).join(", ");
  if (schema instanceof z.ZodNumber) return `a whole number from ${schema.minValue} to ${schema.maxValue}`;
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodPipe) return accepted(schema.out);
  if (schema instanceof z.ZodRecord) return "a table of texts";
  if (schema instanceof z.ZodArray) return schema.description ?? "a list of texts";
  if (schema instanceof z.ZodObject) {
    const keys = Object.entries(schema.shape).map(([key, value]) => `${code(key)}, ${accepted(value)}`);
    return `a table with ${keys.join("; ")}`;
  }
  if (schema instanceof z.ZodString)
    return schema.maxLength === null ? "text" : `text of at most ${schema.maxLength} characters`;
  throw new Error("scripts/reference/configuration.ts has no words for a schema of this kind");
}

/** Every variable of the environment that is read, and what it means. */
export function environment(): readonly (readonly [string, string])[] {
  return [
    ...FILE_ENVIRONMENT,
    ...TUNABLES.map(({ name }) => [environmentName(name), `the tunable ${code(name)}`] as const),
  ];
}
