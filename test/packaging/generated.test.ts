import { describe, expect, it } from "vitest";
import { packagingFiles } from "../../scripts/packaging/files.ts";
import { readProjectFile } from "../support/docs.ts";

describe("what of packaging/ is made from the tables", () => {
  it.each(packagingFiles().map(({ path, text }) => [path, text]))("%s is current: run npm run docs", (path, text) => {
    expect(readProjectFile(path)).toBe(text);
  });
});
