import { type Command, InvalidArgumentError, Option } from "commander";
import { BOOT_OPTIONS, type KernelParameter, kernelBoolean } from "../core/boot-options.ts";

/**
 * Give `run` the driver's boot options as flags, with the values that the kernel took: whatever they say for the first drivers'
 * spellings, booleans for the later ones.
 * @returns what gives those that were on the command line, in their order.
 */
export function addBootOptions(run: Command): () => readonly KernelParameter[] {
  const given: KernelParameter[] = [];
  for (const { name, sets } of BOOT_OPTIONS) {
    const option = new Option(
      `--${name} [${sets === null ? "BOOLEAN" : "VALUE"}]`,
      "the driver's boot option of that name",
    );
    run.addOption(sets === null ? option.argParser(checkBoolean) : option);
    run.on(`option:${name}`, (value: string | null) => given.push({ name, value }));
  }
  return () => given;
}

function checkBoolean(text: string): string {
  if (kernelBoolean(text) !== null) return text;
  throw new InvalidArgumentError("It must be a boolean such as 0 or 1, as the kernel reads it.");
}
