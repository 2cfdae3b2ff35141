import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { exampleConfig } from "../../../scripts/reference/configuration.ts";
import { referencePages } from "../../../scripts/reference/pages.ts";
import { configure } from "../../../src/config/configure.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { TUNABLES } from "../../../src/core/tunables.ts";
import { PROJECT, readProjectFile } from "../../support/docs.ts";

const pages = referencePages();

describe("docs/reference", () => {
  it.each(pages.map(({ file, text }) => [file, text]))("%s is what the tables make: run npm run docs", (file, text) => {
    expect(readProjectFile(`docs/reference/${file}`)).toBe(text);
  });

  it("has no page that is not generated", () => {
    expect(readdirSync(join(PROJECT, "docs/reference")).sort()).toEqual(pages.map(({ file }) => file).sort());
  });
});

describe("the page on configuration", () => {
  it("names every variable of the environment that the configuration reads", () => {
    const folder = join(PROJECT, "src/config");
    const source = readdirSync(folder).map((name) => readProjectFile(`src/config/${name}`));
    const read = source.join("").match(/environment\["SELFBALLOON_[A-Z_]+"\]/g) ?? [];
    const named = read.map((text) => `\`${text.slice('environment["'.length, -2)}\``);
    expect(named.length).toBeGreaterThan(1);
    const page = readProjectFile("docs/reference/configuration.md");
    expect(named.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe("the example of a configuration", () => {
  const configured = async (text: string, hasCompressedSwap: boolean) => {
    const folder = mkdtempSync(join(tmpdir(), "sb-docs-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "selfballoon.toml");
    writeFileSync(file, text);
    const config = await loadConfig({ config: file, set: [], root: "" }, {}, "nothing was started");
    return configure(config, { hasCompressedSwap, defaults: {} }, "nothing was started");
  };

  it("is taken as it is, and changes nothing, on any machine", async () => {
    const { settings } = await configured(exampleConfig(), false);
    expect(settings.values).toEqual(settings.defaults);
  });

  it("is taken with all that it has in comments, where compressed swap is configured", async () => {
    const { sources } = await configured(exampleConfig().replace(/^# (?=\w+ = )/gm, ""), true);
    expect(Object.keys(sources)).toEqual(TUNABLES.map(({ name }) => name));
  });
});
