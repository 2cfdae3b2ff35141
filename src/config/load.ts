import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { type BackendKind, type BackendSection, kindWithKey } from "../backends/registry.ts";
import { selfballoonError } from "../core/errors.ts";
import { findTerm, termsSaid } from "../core/guest-terms.ts";
import type { MemoryTerm } from "../core/host/budget-terms.ts";
import type { Take } from "../core/host/pressure.ts";
import type { GuestTerms } from "../core/limits.ts";
import type { Policy } from "../core/policy.ts";
import { type QuietHours, readQuietHours } from "../core/quiet-hours.ts";
import type { Source } from "../core/settings.ts";
import type { RecordKind, Severity } from "../core/severity.ts";
import { TUNABLES } from "../core/tunables.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { type ListenAddress, parseListen } from "./listen.ts";
import type { ConfigFile } from "./schema.ts";

/** Where the configuration lies unless the operator says otherwise. */
export const DEFAULT_CONFIG_FILE = "/etc/selfballoon/selfballoon.toml";

const DEFAULT_HISTORY_MB = 64;

const DEFAULT_SIMULATED_GUESTS = 6;

type FileGuest = MapValue<NonNullable<ConfigFile["guests"]>>;
type MapValue<All> = All extends ReadonlyMap<string, infer Value> ? Value : never;

/** What the command line says. */
export interface Flags {
  readonly config?: string;
  readonly backend?: BackendKind;
  /** QMP sockets, as in `[backend] qmp`; naming some asks for the backend too. */
  readonly qmp?: readonly string[];
  readonly policy?: Policy;
  /** As in `[api]`. */
  readonly listen?: string;
  readonly socket?: string;
  /** `NAME=VALUE`, in order. */
  readonly set: readonly string[];
  /** Put before `/proc`, `/sys`, `/dev` and our own `/run`; empty for this machine. */
  readonly root: string;
}

/** A value for a tunable, not yet judged. */
export interface TunableSetting {
  readonly name: string;
  readonly text: string;
  readonly source: Source;
  /** Where it was said, for error texts. */
  readonly origin: string;
}

/** What the configuration says of the guests that a name or glob stands for. */
export interface GuestSection {
  readonly pattern: string;
  readonly tunables: readonly TunableSetting[];
  readonly terms: Partial<GuestTerms>;
  /** When the guests are left alone; absent: not said. */
  readonly quietHours?: readonly QuietHours[];
}

/** What the configuration says of a host; null: the default. */
export interface HostSection {
  /** What all guests may have together. */
  readonly memory: MemoryTerm | null;
  /** What of it is kept for emergencies, in MiB. */
  readonly reserveMb: number | null;
  readonly take: Take | null;
  /** How many times the budget the guests could have together, as they should; null: whatever they could. */
  readonly overcommit: number | null;
}

/** What the configuration says of simulated guests; `isRestless`: some reboot, disappear and come back. */
export interface SimulatedSection {
  readonly guests: number;
  readonly seed: number;
  readonly isRestless: boolean;
}

/** What makes this host a member of a fleet, and its commands find it. */
export interface FleetSection {
  /** NATS servers, such as `nats://10.0.0.1:4222` or `tls://nats.example.org`. */
  readonly servers: readonly string[];
  /** What the fleet calls this host; null for a name made of the machine's. */
  readonly name: string | null;
  /** Words about the host, such as its rack, by which others choose. */
  readonly labels: Readonly<Record<string, string>>;
  /** A file with NATS credentials (`.creds`) or the seed of an nkey; null where the servers ask for none. */
  readonly credentials: string | null;
  /** A file with the certificates that the servers' are judged by; null for those of this machine. */
  readonly tlsCa: string | null;
  /** Servers that keep a copy of what the fleet keeps. */
  readonly replicas: number;
}

/** Who is told of what happens. At least one of the two is there. */
export interface NotifySection {
  /** A program with its arguments. */
  readonly command: readonly string[] | null;
  /** An address that records are posted to. */
  readonly webhook: string | null;
  /** The least severity that is told. */
  readonly severity: Severity;
  /** The kinds of records that are told; null: every one. */
  readonly kinds: readonly RecordKind[] | null;
}

/** Everything that was configured, with the defaults filled in. */
export interface Config {
  /** The file that was read; null if there was none. */
  readonly file: string | null;
  readonly backend: BackendKind;
  /** How goals are found; chosen at the start. Null: nobody named one, and what we find decides. */
  readonly policy: Policy | null;
  readonly socket: string;
  /** Where the API and the page are served over TCP; null: nowhere; undefined: where the backend's default is. */
  readonly listen?: ListenAddress | null;
  /** What a request's Host header may be besides the names and addresses that the server has itself. */
  readonly allowedHosts: readonly string[];
  /** The operator's file with the token for writes over TCP. */
  readonly tokenFile?: string;
  /** Whether reads over TCP need it too. */
  readonly readsNeedToken: boolean;
  /** What the operator says of backends: how QEMU's machines are found, where libvirt is. */
  readonly backendSection: BackendSection;
  readonly host: HostSection;
  /** What the simulated host is made of, where no real one is. */
  readonly simulated: SimulatedSection;
  /** Where recordings of what the daemon did are kept; null: nowhere; undefined: where the backend's default is. */
  readonly history: { readonly directory?: string | null; readonly maxMb: number };
  /** Null where this host is of no fleet. */
  readonly fleet: FleetSection | null;
  /** Null where nobody is told. */
  readonly notify: NotifySection | null;
  /** Where the daemon may keep its state, as systemd says; absent: nobody said so. */
  readonly stateDirectory?: string;
  /** In order: a later one beats an earlier one. */
  readonly tunables: readonly TunableSetting[];
  /** By guest name or glob, in the file's order. */
  readonly guests: readonly GuestSection[];
}

/**
 * Put the configuration together: defaults, then the file, then the environment, then flags.
 * @throws ERR_CONFIG_INVALID, ERR_CONFIG_UNREADABLE, ERR_USAGE.
 */
export async function loadConfig(flags: Flags, environment: NodeJS.ProcessEnv, consequence: string): Promise<Config> {
  const file = findFile(flags, environment);
  return assemble(flags, environment, file, file === null ? {} : await readFile(file, consequence), consequence);
}

/** What holds where the configuration is bad and something must be done all the same: defaults, and the socket's place. */
export function defaultConfig({ root }: Flags, { SELFBALLOON_SOCKET: socket }: NodeJS.ProcessEnv): Config {
  const environment = socket === undefined ? {} : { SELFBALLOON_SOCKET: socket };
  return assemble({ set: [], root }, environment, null, {}, "");
}

function assemble(
  flags: Flags,
  environment: NodeJS.ProcessEnv,
  file: string | null,
  content: ConfigFile,
  consequence: string,
): Config {
  const named = flags.socket ?? environment["SELFBALLOON_SOCKET"] ?? content.api?.socket;
  const socket = named ?? defaultSocket(flags.root, environment);
  return {
    file,
    ...hostSections(flags, environment, content),
    simulated: simulatedSection(content),
    policy: flags.policy ?? content.law?.policy ?? null,
    socket,
    ...listenOf(flags, content, environment, file ?? "", consequence),
    allowedHosts: content.api?.allowed_hosts ?? [],
    readsNeedToken: content.api?.reads_need_token ?? false,
    ...stateOf(environment),
    history: historyOf(content, environment),
    fleet: fleetSection(content),
    notify: notifySection(content),
    ...(content.api?.token_file === undefined ? {} : { tokenFile: content.api.token_file }),
    tunables: [
      ...settingsOf(content.tunables ?? {}, file ?? ""),
      ...environmentSettings(environment),
      ...flags.set.map(parseSet),
    ],
    guests: [...(content.guests ?? [])].map(([pattern, section]) => guestSection(pattern, section, file)),
  };
}

type HostSections = Pick<Config, "backend" | "backendSection" | "host">;

/** QMP sockets named by hand ask for the backend that uses them. */
function hostSections(flags: Flags, environment: NodeJS.ProcessEnv, { backend, host }: ConfigFile): HostSections {
  const named = flags.qmp ?? environment["SELFBALLOON_QMP"]?.split(":").filter((pattern) => pattern !== "");
  const { kind, ...section } = backend ?? {};
  return {
    backend: flags.backend ?? (named === undefined ? kind : kindWithKey("qmp")) ?? "auto",
    backendSection: named === undefined ? section : { ...section, qmp: named },
    host: {
      memory: memoryTerm(host?.memory_mb),
      reserveMb: host?.reserve_mb ?? null,
      take: host?.take ?? null,
      overcommit: host?.overcommit ?? null,
    },
  };
}

/** `12000` MiB, `"80%"` of the host, or what is `"available"` there. */
function memoryTerm(said: NonNullable<ConfigFile["host"]>["memory_mb"]): MemoryTerm | null {
  if (said === undefined) return null;
  if (typeof said === "number") return { kind: "bytes", bytes: said * BYTES_PER_MIB };
  return said === "available" ? { kind: "available" } : { kind: "share", share: Number.parseInt(said, 10) / 100 };
}

function simulatedSection({ simulated }: ConfigFile): SimulatedSection {
  return {
    guests: simulated?.guests ?? DEFAULT_SIMULATED_GUESTS,
    seed: simulated?.seed ?? 1,
    isRestless: simulated?.restless ?? false,
  };
}

function guestSection(pattern: string, { schedule, ...section }: FileGuest, file: string | null): GuestSection {
  const quiet = schedule?.quiet;
  const tunables = Object.fromEntries(Object.entries(section).filter(([name]) => findTerm(name) === null));
  return {
    pattern,
    tunables: settingsOf(tunables, `${file} [guests.${JSON.stringify(pattern)}]`),
    terms: termsSaid(section),
    ...(quiet === undefined ? {} : { quietHours: quiet.flatMap((text) => readQuietHours(text) ?? []) }),
  };
}

function listenOf(
  { listen: flag }: Flags,
  content: ConfigFile,
  environment: NodeJS.ProcessEnv,
  file: string,
  consequence: string,
): Pick<Config, "listen"> {
  const said = environment["SELFBALLOON_LISTEN"];
  if (flag !== undefined) return { listen: parseListen(flag, "--listen", consequence) };
  if (said !== undefined) return { listen: parseListen(said, "SELFBALLOON_LISTEN", consequence) };
  const text = content.api?.listen;
  return text === undefined ? {} : { listen: parseListen(text, file, consequence) };
}

function fleetSection({ fleet }: ConfigFile): FleetSection | null {
  if (fleet?.servers === undefined) return null;
  const { servers, name = null, labels = {}, credentials = null, tls_ca: tlsCa = null, replicas = 1 } = fleet;
  return { servers, name, labels, credentials, tlsCa, replicas };
}

function notifySection({ notify }: ConfigFile): NotifySection | null {
  if (notify?.command === undefined && notify?.webhook === undefined) return null;
  const { command = null, webhook = null, severity = "warning", kinds = null } = notify;
  return { command, webhook, severity, kinds };
}

/** systemd names the folders that a service has, with colons between; ours is the first. */
function firstFolder(folders: string | undefined): string | undefined {
  const [first = ""] = folders?.split(":") ?? [];
  return first === "" ? undefined : first;
}

function stateOf({ STATE_DIRECTORY }: NodeJS.ProcessEnv): Pick<Config, "stateDirectory"> {
  const stateDirectory = firstFolder(STATE_DIRECTORY);
  return stateDirectory === undefined ? {} : { stateDirectory };
}

function historyOf({ history }: ConfigFile, environment: NodeJS.ProcessEnv): Config["history"] {
  const maxMb = history?.max_mb ?? DEFAULT_HISTORY_MB;
  const { stateDirectory } = stateOf(environment);
  const directory = history?.directory ?? (stateDirectory === undefined ? undefined : `${stateDirectory}/history`);
  return directory === undefined ? { maxMb } : { maxMb, directory: directory === "" ? null : directory };
}

/** The environment's name for a tunable: `SELFBALLOON_` and its name in capitals. */
export function environmentName(name: string): string {
  return `SELFBALLOON_${name.toUpperCase()}`;
}

/** Read `NAME=VALUE`. @throws ERR_USAGE. */
export function parseSet(text: string): TunableSetting {
  const at = text.indexOf("=");
  if (at > 0) return { name: text.slice(0, at), text: text.slice(at + 1), source: "flag", origin: "--set" };
  throw selfballoonError("ERR_USAGE", {
    problem: `a tunable is set as NAME=VALUE, not ${JSON.stringify(text.slice(0, 64))}`,
  });
}

function findFile(flags: Flags, environment: NodeJS.ProcessEnv): string | null {
  const named = flags.config ?? environment["SELFBALLOON_CONFIG"];
  if (named !== undefined) return named;
  return existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null;
}

/** The parser and the schema are loaded only where there is a file: a daemon in a guest stays small without. */
async function readFile(file: string, consequence: string): Promise<ConfigFile> {
  const { readConfigFile } = await import("./file.ts");
  return readConfigFile(file, consequence);
}

function settingsOf(tunables: Readonly<Record<string, unknown>>, origin: string): readonly TunableSetting[] {
  return Object.entries(tunables).map(([name, value]) => ({ name, text: String(value), source: "file", origin }));
}

function environmentSettings(environment: NodeJS.ProcessEnv): readonly TunableSetting[] {
  return TUNABLES.flatMap(({ name }) => {
    const text = environment[environmentName(name)];
    return text === undefined ? [] : [{ name, text, source: "environment" as const, origin: environmentName(name) }];
  });
}

function defaultSocket(root: string, environment: NodeJS.ProcessEnv): string {
  if (root !== "") return `${root}/run/selfballoon/selfballoon.sock`;
  const userId = process.getuid?.() ?? 0;
  // Root's commands may be run by another service, whose folder is not ours.
  if (userId === 0) return "/run/selfballoon/selfballoon.sock";
  const folder = firstFolder(environment["RUNTIME_DIRECTORY"]);
  if (folder !== undefined) return `${folder}/selfballoon.sock`;
  const runtime = environment["XDG_RUNTIME_DIR"] ?? `${tmpdir()}/selfballoon-${userId}`;
  return `${runtime}/selfballoon/selfballoon.sock`;
}
