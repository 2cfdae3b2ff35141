import { describe, expect, it } from "vitest";
import { readProjectFile } from "../../support/docs.ts";

const FILES = ["slices.conf", "selfballoon-slices.service"].map((name) => `packaging/systemd/${name}`);
const linesOf = (file: string): readonly string[] => readProjectFile(file).split("\n");
const isDirective = (line: string): boolean => /^[A-Z][A-Za-z]+=/.test(line);

describe.each(FILES)("%s", (file) => {
  const lines = linesOf(file);

  it("has nothing but sections, directives, comments and empty lines", () => {
    const others = lines.filter((line) => !isDirective(line) && !/^(#.*|\[(Unit|Service|Install)\])?$/.test(line));
    expect(others).toEqual([]);
  });

  it.each(lines.filter(isDirective))("gives the reason for %s in the line above", (directive) => {
    expect(lines[lines.indexOf(directive) - 1]).toMatch(/^# \S/);
  });
});

describe("the service with slices", () => {
  it("may swap, and opens no device but zram's", () => {
    expect(linesOf("packaging/systemd/slices.conf")).toEqual(
      expect.arrayContaining(["SystemCallFilter=@swap", "DeviceAllow=block-zram rw"]),
    );
    expect(linesOf("packaging/systemd/selfballoon.service")).toContain("DevicePolicy=closed");
  });

  it("keeps the record of a slice that is off until the next start has put it back", () => {
    expect(linesOf("packaging/systemd/selfballoon.service")).toContain("RuntimeDirectoryPreserve=restart");
  });

  it("starts after the unit that sets them up", () => {
    expect(readProjectFile("packaging/systemd/selfballoon.service")).toMatch(/^After=.*selfballoon-slices\.service/m);
  });
});
