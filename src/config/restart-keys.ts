import { isDeepStrictEqual } from "node:util";
import type { Config } from "./load.ts";

type Section = Readonly<Record<string, unknown>>;

/** The sections that are looked at when the daemon starts, and not again; null: the configuration does not have it. */
function startSections(config: Config): Readonly<Record<string, Section | null>> {
  const { socket, listen, allowedHosts, tokenFile, readsNeedToken } = config;
  const { guests, seed, isRestless: restless } = config.simulated;
  return {
    law: { policy: config.policy },
    backend: { kind: config.backend, ...config.backendSection },
    simulated: { guests, seed, restless },
    history: { ...config.history },
    fleet: config.fleet === null ? null : { ...config.fleet },
    api: { socket, listen, allowedHosts, tokenFile, readsNeedToken },
  };
}

/**
 * What a reload does not change though it is another now than at the start, as the file has it: `section.key`, or `[section]`
 * where all of that came or went.
 */
export function keysForRestart(atStart: Config, now: Config): readonly string[] {
  const sections = startSections(now);
  return Object.entries(startSections(atStart)).flatMap(([section, before]) => {
    const after = sections[section] ?? null;
    if (before === null || after === null) return before === after ? [] : [`[${section}]`];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changed = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
    return changed.map((key) => `${section}.${fileName(key)}`);
  });
}

/** `tokenFile` is `token_file` in the file. */
function fileName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
