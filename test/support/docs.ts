import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's own folder. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** The text of a file of the project. */
export function readProjectFile(path: string): string {
  return readFileSync(join(PROJECT, path), "utf8");
}

/** Every Markdown file of the project that is there, by its path; what git ignores is not the project's. */
export function markdownFiles(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: PROJECT,
    encoding: "utf8",
  });
  return listed.split("\n").filter((path) => path !== "" && existsSync(join(PROJECT, path)));
}

/** The text without its blocks of verbatim lines. */
export function withoutFences(markdown: string): string {
  return markdown.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
}

/** The lines of all verbatim blocks of `language`. */
export function fencedLines(markdown: string, language: string): readonly string[] {
  const blocks = markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return [...blocks].flatMap(([, block = ""]) => block.split("\n").filter((line) => line !== ""));
}

/** The cells of each row of the tables in `markdown`, headings and all. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}
