import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { markdownFiles, PROJECT, readProjectFile, withoutFences } from "../../support/docs.ts";

/** The anchor that a heading has, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function anchorsOf(path: string): readonly string[] {
  const headings = withoutFences(readProjectFile(path)).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) => anchorOf(heading));
}

/** The relative links of a file that lead nowhere. */
function deadLinks(path: string): readonly string[] {
  const links = [...withoutFences(readProjectFile(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), file);
    if (!existsSync(join(PROJECT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

describe("the relative links", () => {
  it.each(markdownFiles())("of %s lead somewhere", (path) => {
    expect(deadLinks(path)).toEqual([]);
  });
});
