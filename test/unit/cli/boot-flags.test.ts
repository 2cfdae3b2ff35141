import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addBootOptions } from "../../../src/cli/boot-flags.ts";
import { BOOT_OPTIONS, readBootOptions } from "../../../src/core/boot-options.ts";
import { parseKernelCommandLine } from "../../../src/formats/kernel-command-line.ts";

/** What flags say of the two loops. */
function said(...flags: readonly string[]) {
  const run = new Command("run").exitOverride().configureOutput({ writeErr: () => undefined });
  const given = addBootOptions(run);
  run.parse(flags, { from: "user" });
  return readBootOptions(given());
}

/** What the kernel's command line would have said. */
const booted = (words: string) => readBootOptions(parseKernelCommandLine(words));

const VALUES = ["", "=0", "=1", "=n", "=Y", "=on", "=oFF", "=t"];

describe("the driver's boot options as flags", () => {
  it.each(BOOT_OPTIONS.flatMap(({ name }) => VALUES.map((value) => `${name}${value}`)))(
    "--%s says what it says on the kernel's command line",
    (word) => {
      expect(said(`--${word}`)).toEqual(booted(word));
    },
  );

  it("take their values as words of their own, too", () => {
    expect(said("--tmem.selfballooning", "off", "--noselfshrink", "0")).toEqual(
      booted("tmem.selfballooning=off noselfshrink=0"),
    );
  });

  it("let the last one win, as the kernel does", () => {
    expect(said("--selfballooning", "--tmem.selfballooning=0")).toEqual(booted("noselfballooning"));
    expect(said("--tmem.selfballooning=0", "--selfballooning")).toEqual(booted("selfballooning"));
  });

  it.each(BOOT_OPTIONS.filter(({ sets }) => sets === null).map(({ name }) => name))(
    "refuse what is no boolean for --%s, where the kernel keeps what it had",
    (name) => {
      for (const value of ["2", "o", ""]) expect(() => said(`--${name}=${value}`)).toThrow("must be a boolean");
    },
  );
});
