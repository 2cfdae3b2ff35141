import { describe, expect, it } from "vitest";
import { program } from "../../scripts/reference/commands.ts";
import { environment } from "../../scripts/reference/configuration.ts";
import { EXIT_CODES } from "../../scripts/reference/errors.ts";
import { ERRORS } from "../../src/core/errors.ts";
import { TUNABLES } from "../../src/core/tunables.ts";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { hasTool, run } from "./tools.ts";

const PATH = "packaging/man/selfballoon.8";
const page = readProjectFile(PATH).replaceAll("\\-", "-");
const terms = [...page.matchAll(/^\.TP\n\.B (.*)$/gm)].map(([, term]) => term);

describe("the manual page", () => {
  it("has every command with every option", () => {
    const { commands } = program();
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      const [, section = ""] = page.split(new RegExp(`^\\.SS ${command.name()}(?= |$)`, "m"));
      expect(section, command.name()).not.toBe("");
      const [own = ""] = section.split(/^\.S[SH] /m);
      for (const { flags } of command.options) expect(own).toContain(`.B ${flags}\n`);
    }
  });

  it("has every tunable, variable of the environment and exit code", () => {
    expect(terms).toEqual(expect.arrayContaining(TUNABLES.map(({ name }) => name)));
    expect(terms).toEqual(expect.arrayContaining(environment().map(([name]) => name)));
    expect(terms).toEqual(expect.arrayContaining(EXIT_CODES.map((_, exitCode) => String(exitCode))));
    const max = Math.max(...Object.values(ERRORS).map(({ exitCode }) => exitCode));
    expect(EXIT_CODES.length).toBe(max + 1);
  });

  it("has every signal that the daemon heeds, and no other", () => {
    const heeded = readProjectFile("src/daemon/lifecycle.ts").match(/"SIG[A-Z]+"/g) ?? [];
    expect(terms.filter((term) => /^SIG/.test(term ?? "")).sort()).toEqual(
      [...new Set(heeded.map((name) => name.slice(1, -1)))].sort(),
    );
  });

  it.skipIf(!hasTool("man"))("is set by groff without a warning", () => {
    const { exitCode, stdout, stderr } = run("man", ["--warnings", "-Tutf8", "-l", PATH], PROJECT, { MANWIDTH: "80" });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.replace(/.\x08/g, "")).toContain("selfballoon - give back the memory");
  });
});
