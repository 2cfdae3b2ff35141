/** What the boot options say of the two loops; null where they say nothing. */
export interface BootOptions {
  readonly selfballooning: boolean | null;
  readonly selfshrinking: boolean | null;
}

/** One parameter of a kernel command line: `name`, or `name=value`. */
export interface KernelParameter {
  readonly name: string;
  /** Null for a parameter without `=`. */
  readonly value: string | null;
}

/** A spelling of the driver's boot options. */
interface BootOptionRow {
  readonly name: string;
  readonly loop: keyof BootOptions;
  /** What it sets; null for a parameter that takes a boolean. */
  readonly sets: boolean | null;
}

/**
 * The spellings of the driver's boot options over its life (specification, section 7), and what each one sets. Those of the
 * first drivers (`__setup`) are matched by their beginning, whatever follows; those of the later ones (`module_param`) in
 * full, with a boolean.
 */
export const BOOT_OPTIONS: readonly BootOptionRow[] = [
  { name: "selfballooning", loop: "selfballooning", sets: true },
  { name: "noselfballooning", loop: "selfballooning", sets: false },
  { name: "noselfshrink", loop: "selfshrinking", sets: false },
  { name: "tmem.selfballooning", loop: "selfballooning", sets: null },
  { name: "tmem.selfshrinking", loop: "selfshrinking", sets: null },
  { name: "tmem.selfshrink", loop: "selfshrinking", sets: null },
];

/**
 * Read the options out of the parameters of a kernel command line. A later one wins. Others are not ours, and one whose value is no
 * boolean says nothing, since the kernel refuses it.
 */
export function readBootOptions(parameters: readonly KernelParameter[]): BootOptions {
  const said: { -readonly [Loop in keyof BootOptions]: boolean | null } = { selfballooning: null, selfshrinking: null };
  for (const parameter of parameters) {
    const row = BOOT_OPTIONS.find((option) => isSpeltBy(option, parameter.name));
    if (row !== undefined) said[row.loop] = row.sets ?? kernelBoolean(parameter.value) ?? said[row.loop];
  }
  return said;
}

function isSpeltBy({ name, sets }: BootOptionRow, given: string): boolean {
  return sets === null ? given === name : given.startsWith(name);
}

/**
 * A boolean as the kernel reads it (Linux, kstrtobool): its first character decides, after `o` the second one, and a parameter
 * without a value is on. Null for what is no boolean, an empty value among them.
 */
export function kernelBoolean(value: string | null): boolean | null {
  if (value === null || /^([1yt]|on)/i.test(value)) return true;
  return /^([0nf]|of)/i.test(value) ? false : null;
}
