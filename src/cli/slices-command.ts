import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliPorts } from "./ports.ts";
import type { SlicesOptions } from "./slices.ts";
import { wholeNumber } from "./whole-number.ts";

/** One TiB. */
const MAX_MIB = 1_048_576;

/** The kernel takes 23 swap areas at least (Linux, include/linux/swap.h: 32, less what has another use). */
const MAX_SLICES = 20;

/** What `swapon -p` takes. */
const HIGHEST_PRIORITY = 32_767;

/** Add `slices`. */
export function addSlices(program: Command, ports: CliPorts): void {
  program
    .command("slices")
    .description("set up swap in memory as slices of zram, each of which can be brought back by itself; as root")
    .addOption(new Option("--size-mb <N>", "all together, before compression").argParser(wholeNumber(2, MAX_MIB)))
    .addOption(new Option("--count <N>", "how many").argParser(wholeNumber(2, MAX_SLICES)).default(16))
    .addOption(
      new Option("--priority <N>", "as swapon has it").argParser(wholeNumber(0, HIGHEST_PRIORITY)).default(100),
    )
    .addOption(
      new Option("--algorithm <NAME>", "how zram compresses (default: the kernel's choice)").argParser(parseName),
    )
    .option("--undo", "bring back what the slices hold, and remove them")
    .option("--dry-run", "print the commands, do nothing")
    .addOption(new Option("--root <DIR>", "with --dry-run: a tree that stands for a machine"))
    .action(async (options: SlicesOptions) => (await import("./slices.ts")).slices(ports, options));
}

function parseName(text: string): string {
  if (/^[a-z0-9-]{1,32}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be a name such as lz4 or zstd.");
}
