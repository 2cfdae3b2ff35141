import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { markdownFiles, PROJECT } from "../support/docs.ts";
import { hasInstalled, succeed } from "./tools.ts";

const BUILD_DEADLINE_MS = 600_000;

describe.skipIf(!hasInstalled("site"))("the documentation site", () => {
  let folder: string;
  let pages: readonly string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sb-site-"));
    // It fails where a link leads nowhere.
    succeed("npm", ["run", "--silent", "docs:site", "--", "--outDir", folder], PROJECT);
    pages = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".html"));
  }, BUILD_DEADLINE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has every guide and every page of the reference, and begins with the README", () => {
    const documents = markdownFiles().filter((path) => path.startsWith("docs/"));
    expect(documents.length).toBeGreaterThan(20);
    expect(pages).toEqual(expect.arrayContaining(documents.map((path) => path.replace(/\.md$/, ".html"))));
    expect(readFileSync(join(folder, "index.html"), "utf8")).toContain("makes a virtual machine use as little RAM");
  });

  it("loads nothing from elsewhere", () => {
    const loaded = pages.flatMap((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return [...text.matchAll(/<(?:script|img|link)\b[^>]*?(?:src|href)="([^"]+)"/g)].map(([, from = ""]) => from);
    });
    expect(loaded.length).toBeGreaterThan(pages.length);
    expect(loaded.filter((from) => /^(https?:)?\/\//.test(from))).toEqual([]);
  });
});
