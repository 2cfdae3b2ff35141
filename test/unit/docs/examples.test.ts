import { describe, expect, it } from "vitest";
import { program } from "../../../scripts/reference/commands.ts";
import { SETTING_NAMES } from "../../../src/core/controls/setting-meaning.ts";
import { TUNABLES } from "../../../src/core/tunables.ts";
import { fencedLines, markdownFiles, readProjectFile } from "../../support/docs.ts";

const commands = program().commands;

/** The shell lines of a document that begin with `word`, without their comments. */
function shellLines(path: string, word: string): readonly string[] {
  const lines = fencedLines(readProjectFile(path), "sh").map((line) => line.replace(/\s+#.*$/, "").trim());
  return lines.filter((line) => line.startsWith(`${word} `));
}

const documents = markdownFiles().filter((path) => !path.startsWith("docs/reference/"));

describe("the commands in the documents", () => {
  const examples = documents.flatMap((path) => shellLines(path, "selfballoon").map((line) => [path, line] as const));

  it("are there to be checked", () => {
    expect(examples.length).toBeGreaterThan(10);
  });

  it.each(examples)("%s: %s", (_, line) => {
    const [, name, ...words] = line.split(/\s+/);
    const command = commands.find((one) => one.name() === name);
    expect(command, `there is no command ${name}`).toBeDefined();
    const flags = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0]);
    expect(command?.options.map(({ long }) => long)).toEqual(expect.arrayContaining(flags));
    const settings = words.filter((_, nth) => !["--label", "--where"].includes(words[nth - 1] ?? ""));
    const named = settings.flatMap((word) => /^([a-z_]+)=/.exec(word)?.[1] ?? []);
    const known = flags.includes("--guest") ? SETTING_NAMES : TUNABLES.map((row) => row.name);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it.each(documents)("of npm that %s names are scripts of the package", (path) => {
    const { scripts } = JSON.parse(readProjectFile("package.json")) as { scripts: Record<string, string> };
    const named = shellLines(path, "npm").flatMap((line) => /^npm (?:run )?([\w:-]+)/.exec(line)?.[1] ?? []);
    expect([...Object.keys(scripts), "ci", "pack", "install"]).toEqual(expect.arrayContaining(named));
  });
});

describe("the README", () => {
  it("names every command of the program", () => {
    const shown = shellLines("README.md", "selfballoon").map((line) => line.split(/\s+/)[1]);
    expect(shown).toEqual(expect.arrayContaining(commands.map((command) => command.name())));
  });
});
