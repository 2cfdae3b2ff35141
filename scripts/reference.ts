// Writes docs/reference, and what of packaging/ is made from the tables in src/, with --write; without, says which files
// are out of date (exit code 1).
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packagingFiles } from "./packaging/files.ts";
import { referencePages } from "./reference/pages.ts";

const project = fileURLToPath(new URL("..", import.meta.url));

function isCurrent(path: string, text: string): boolean {
  try {
    return readFileSync(path, "utf8") === text;
  } catch {
    // A file that is not there is not current.
    return false;
  }
}

const pages = referencePages().map(({ file, text }) => ({ path: `docs/reference/${file}`, text }));
for (const { path, text } of [...pages, ...packagingFiles()]) {
  const file = join(project, path);
  if (isCurrent(file, text)) continue;
  if (process.argv.includes("--write")) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`${path} was written`);
  } else {
    console.error(`${path} is out of date; run npm run docs`);
    process.exitCode = 1;
  }
}
