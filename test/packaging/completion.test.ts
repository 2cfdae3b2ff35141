import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { program } from "../../scripts/reference/commands.ts";
import { BACKEND_KINDS } from "../../src/backends/registry.ts";
import { TUNABLES } from "../../src/core/tunables.ts";
import { SCENARIOS } from "../../src/sim/scenarios.ts";
import { PROJECT } from "../support/docs.ts";
import { Home } from "../support/home.ts";
import { hasTool, succeed } from "./tools.ts";

const FOLDER = join(PROJECT, "packaging/completion");
const HERE = join(PROJECT, "test/packaging");

const scratch = mkdtempSync(join(tmpdir(), "sb-completion-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What a shell offers for the last of `words`. */
type Complete = (words: readonly string[]) => readonly string[];

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** bash takes `=` for a word of its own. */
const bash: Complete = (words) => {
  const split = words.flatMap((word) => (word.includes("=") ? word.split(/(=)/) : [word]));
  const args = [join(HERE, "bash-complete.bash"), join(FOLDER, "selfballoon.bash"), "selfballoon", ...split];
  return lines(succeed("bash", ["--norc", ...args], HERE));
};

const zsh: Complete = (words) => {
  const line = ["selfballoon", ...words].join(" ");
  return lines(succeed("zsh", ["-f", join(HERE, "zsh-complete.zsh"), FOLDER, line, join(scratch, "zsh")], HERE));
};

/** fish tells what each is for after a tab. */
const fish: Complete = (words) => {
  const script = `source ${join(FOLDER, "selfballoon.fish")}; complete -C "selfballoon ${words.join(" ")}"`;
  return lines(succeed("fish", ["--no-config", "-c", script], HERE)).map((line) => line.split("\t")[0] ?? "");
};

const SHELLS = { bash, zsh, fish };
const commands = program().commands;
const tunables = TUNABLES.map(({ name }) => name);

describe.each(Object.entries(SHELLS))("the completion for %s", (shell, complete) => {
  const without = (words: readonly string[]): readonly string[] => words.map((word) => word.replace(/=$/, "")).sort();

  describe.skipIf(!hasTool(shell))("in a real one", () => {
    it("offers every command", () => {
      expect([...complete([""])].sort()).toEqual(commands.map((command) => command.name()).sort());
      expect([...complete(["re"])].sort()).toEqual(
        commands.flatMap((command) => (command.name().startsWith("re") ? [command.name()] : [])).sort(),
      );
    });

    it.each(commands.map((command) => command.name()))("offers every option of %s", (name) => {
      const options = commands.find((command) => command.name() === name)?.options.map(({ long }) => long) ?? [];
      expect(without(complete([name, "--"]))).toEqual([...options, "--help"].sort());
    });

    it.each(["get", "set", "reset"])("offers every tunable to %s", (name) => {
      expect(without(complete([name, ""]))).toEqual([...tunables].sort());
      expect(without(complete([name, "guard_w"]))).toEqual(["guard_watch_ms"]);
    });

    it("offers the choices of an option, with a space or = before them", () => {
      expect([...complete(["run", "--backend", ""])].sort()).toEqual([...BACKEND_KINDS].sort());
      expect(complete(["run", "--backend=x"]).map((word) => word.replace(/^.*=/, ""))).toEqual(["xen"]);
      expect(without(complete(["run", "--set", "guard_a"]))).toEqual(["guard_allocatable_mb"]);
    });

    it("offers scenarios and files where they belong", () => {
      expect([...complete(["simulate", ""])].sort()).toEqual(Object.keys(SCENARIOS).sort());
      expect(complete(["replay", "alerts.test.y"])).toEqual(["alerts.test.yml"]);
      expect(complete(["run", "--config", "alerts.test.y"])).toEqual(["alerts.test.yml"]);
    });

    it("offers nothing for a tunable's value", () => {
      expect(complete(["set", "guard=1"])).toEqual([]);
    });
  });

  it("is what the command prints", async () => {
    const file = shell === "zsh" ? "_selfballoon" : `selfballoon.${shell}`;
    expect(await new Home().succeed("completion", shell)).toBe(readFileSync(join(FOLDER, file), "utf8"));
  });
});

describe("selfballoon completion", () => {
  it("names the shells that it knows for any other", async () => {
    const { exitCode, stderr } = await new Home().do("completion", "tcsh");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/bash, zsh, fish/);
  });
});
