import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { selfballoonError } from "../core/errors.ts";
import type { Source } from "../core/settings.ts";
import { TUNABLES } from "../core/tunables.ts";
import type { BackendKind } from "./backend-kinds.ts";
import type { ConfigFile } from "./schema.ts";

/** Where the configuration lies unless the operator says otherwise. */
export const DEFAULT_CONFIG_FILE = "/etc/selfballoon/selfballoon.toml";

/** What the command line says. */
export interface Flags {
  readonly config?: string;
  readonly backend?: BackendKind;
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

/** Everything that was configured, with the defaults filled in. */
export interface Config {
  /** The file that was read; null if there was none. */
  readonly file: string | null;
  readonly backend: BackendKind;
  readonly socket: string;
  /** In order: a later one beats an earlier one. */
  readonly tunables: readonly TunableSetting[];
  /** By guest name or glob, in the file's order. */
  readonly guests: readonly { readonly pattern: string; readonly tunables: readonly TunableSetting[] }[];
}

/**
 * Put the configuration together: defaults, then the file, then the environment, then flags.
 * @throws ERR_CONFIG_INVALID, ERR_CONFIG_UNREADABLE, ERR_USAGE.
 */
export async function loadConfig(flags: Flags, environment: NodeJS.ProcessEnv, consequence: string): Promise<Config> {
  const file = findFile(flags, environment);
  const content = file === null ? {} : await readFile(file, consequence);
  const socket = environment["SELFBALLOON_SOCKET"] ?? content.api?.socket ?? defaultSocket(flags.root, environment);
  return {
    file,
    backend: flags.backend ?? content.backend?.kind ?? "auto",
    socket,
    tunables: [
      ...settingsOf(content.tunables ?? {}, file ?? ""),
      ...environmentSettings(environment),
      ...flags.set.map(parseSet),
    ],
    guests: Object.entries(content.guests ?? {}).map(([pattern, tunables]) => ({
      pattern,
      tunables: settingsOf(tunables, `${file} [guests.${JSON.stringify(pattern)}]`),
    })),
  };
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
  const runtime = userId === 0 ? "/run" : (environment["XDG_RUNTIME_DIR"] ?? `${tmpdir()}/selfballoon-${userId}`);
  return `${runtime}/selfballoon/selfballoon.sock`;
}
