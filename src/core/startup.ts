import { mibFromPages } from "./units.ts";

/** What the boot options say of the two loops; null where they say nothing. */
export interface BootOptions {
  readonly selfballooning: boolean | null;
  readonly selfshrinking: boolean | null;
}

/** The spellings of the driver's boot options over its life (specification, section 7), and what each one sets. */
export const BOOT_OPTIONS: Readonly<Record<string, Partial<BootOptions>>> = {
  selfballooning: { selfballooning: true },
  noselfballooning: { selfballooning: false },
  noselfshrink: { selfshrinking: false },
  "tmem.selfballooning=1": { selfballooning: true },
  "tmem.selfballooning=0": { selfballooning: false },
  "tmem.selfshrinking=1": { selfshrinking: true },
  "tmem.selfshrinking=0": { selfshrinking: false },
  "tmem.selfshrink=1": { selfshrinking: true },
  "tmem.selfshrink=0": { selfshrinking: false },
};

/** Read the options out of the words of a kernel command line; a later word wins, unknown words are not ours. */
export function parseBootOptions(words: readonly string[]): BootOptions {
  const said = words.filter((word) => Object.hasOwn(BOOT_OPTIONS, word)).map((word) => BOOT_OPTIONS[word]);
  return Object.assign({ selfballooning: null, selfshrinking: null }, ...said);
}

/** What start-up found. */
export interface StartUpInput {
  readonly boot: BootOptions;
  /** Stands for the driver's `CONFIG_FRONTSWAP`. */
  readonly compressedSwapConfigured: boolean;
  /** Stands for the driver's `tmem_enabled`: the far side of compressed swap is there. Without it nothing starts. */
  readonly compressedSwapUsable: boolean;
}

/** Which loops start. Neither: the worker is not started (`ENODEV`). */
export interface StartUp {
  readonly selfballooning: boolean;
  readonly selfshrinking: boolean;
}

/** Which loops are on at start-up (specification, section 7, rule 2). */
export function startUp(input: StartUpInput): StartUp {
  if (!input.compressedSwapUsable) return { selfballooning: false, selfshrinking: false };
  const { compressedSwapConfigured: configured, boot } = input;
  return {
    selfballooning: boot.selfballooning ?? configured,
    selfshrinking: configured && (boot.selfshrinking ?? true),
  };
}

/** The start-up default of `selfballoon_reserved_mb`: 10 % of the RAM that the guest has now, in MiB. */
export function startReservedMb(totalramPages: number, pageBytes: number): number {
  return mibFromPages(Math.floor(totalramPages / 10), pageBytes);
}
