// Writes docs/reference from the tables in src/ with --write; without, says which pages are out of date (exit code 1).
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { referencePages } from "./reference/pages.ts";

const folder = fileURLToPath(new URL("../docs/reference", import.meta.url));

function isCurrent(path: string, text: string): boolean {
  try {
    return readFileSync(path, "utf8") === text;
  } catch {
    // A page that is not there is not current.
    return false;
  }
}

mkdirSync(folder, { recursive: true });
for (const { file, text } of referencePages()) {
  const path = join(folder, file);
  if (isCurrent(path, text)) continue;
  if (process.argv.includes("--write")) {
    writeFileSync(path, text);
    console.log(`docs/reference/${file} was written`);
  } else {
    console.error(`docs/reference/${file} is out of date; run npm run docs`);
    process.exitCode = 1;
  }
}
