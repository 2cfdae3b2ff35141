import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { succeed } from "./tools.ts";

const PACK_DEADLINE_MS = 300_000;

const { version } = JSON.parse(readProjectFile("package.json")) as { version: string };

/** A program that uses the library, with types. */
const USER = `import { type Decision, DEFAULT_TUNABLES, INITIAL_GUEST_STATE, type Observation, step } from "selfballoon";
declare const observation: Observation;
const decision: Decision = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0).decision;
export const target: number | null = decision.targetPages;
// @ts-expect-error A tunable is a number.
step(INITIAL_GUEST_STATE, observation, { ...DEFAULT_TUNABLES, guard: "1" }, 0);
`;
const COMPILER_OPTIONS = ["--strict", "--noEmit", "--target", "es2023", "--module", "nodenext"];

describe("the npm package", () => {
  let folder: string;
  let tarball: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-npm-"));
    succeed("npm", ["pack", "--silent", "--pack-destination", folder], PROJECT);
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "nothing.tgz");
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
    succeed("npm", ["install", "--silent", "--offline", "--no-audit", "--no-fund", tarball], folder);
  }, PACK_DEADLINE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has nothing that publint complains of", async () => {
    const bytes = readFileSync(tarball);
    const content = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: content } });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("installs into an empty folder, without other packages, and has the command", () => {
    expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["selfballoon"]);
    expect(succeed("npx", ["--offline", "--no-install", "selfballoon", "--version"], folder)).toBe(`${version}\n`);
  });

  it("has the page, the manual, completions, guides and the unit with it", () => {
    const root = join(folder, "node_modules/selfballoon");
    const files = readdirSync(root, { recursive: true });
    for (const name of ["LICENSE", "NOTICE", "README.md", "dist/web/index.html", "docs/guides/tuning.md"])
      expect(files).toContain(name);
    for (const name of ["man/selfballoon.8", "systemd/selfballoon.service", "grafana/selfballoon.json"])
      expect(files).toContain(`packaging/${name}`);
    expect(files.filter((name) => /\.ts$/.test(String(name)) && !/\.d\.ts$/.test(String(name)))).toEqual([]);
    // Such as the Node that the artefacts with one of their own carry.
    expect(files.filter((name) => String(name).includes("node_modules"))).toEqual([]);
  });

  it("is a library that runs, with types that fit", { timeout: PACK_DEADLINE_MS }, () => {
    writeFileSync(join(folder, "use.ts"), USER);
    const tsc = join(PROJECT, "node_modules/.bin/tsc");
    expect(succeed(tsc, [...COMPILER_OPTIONS, "use.ts"], folder)).toBe("");
    const run = 'import { TUNABLES, step } from "selfballoon"; console.log(typeof step, TUNABLES[0].name)';
    expect(succeed(process.execPath, ["--input-type=module", "-e", run], folder)).toBe("function selfballooning\n");
  });
});
