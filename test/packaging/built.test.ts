import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { PROJECT } from "../support/docs.ts";
import { succeed } from "./tools.ts";

const BUILD = `import { buildPage } from ${JSON.stringify(join(PROJECT, "scripts/build-page.mjs"))};
await buildPage(...process.argv.slice(1));`;

/** The files below `folder` that hold `text`. */
function filesWith(folder: string, text: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(3);
  return files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => readFileSync(path).includes(text));
}

describe("what is built", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-page-"));
    // As a test runner or a developer's shell may have it.
    const env = { NODE_ENV: "test" };
    succeed(process.execPath, ["--input-type=module", "-e", BUILD, "--", PROJECT, folder], PROJECT, env);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("tells nothing of where it was built, whatever NODE_ENV says", () => {
    expect(filesWith(folder, PROJECT)).toEqual([]);
    expect(filesWith(dirname(inject("command")), PROJECT)).toEqual([]);
  });
});
