import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { configurationKeys } from "../../scripts/reference/configuration.ts";
import { configFileSchema } from "../../src/config/schema.ts";
import { TUNABLES } from "../../src/core/tunables.ts";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { Home } from "../support/home.ts";

const PATH = "packaging/selfballoon.toml";
const text = readProjectFile(PATH);
/** With every setting in force: prose has a space after its `#`, settings have none. */
const inForce = text.replace(/^#(?=\S)/gm, "");

describe("the example of a configuration that the package installs", () => {
  it("sets nothing as it is", () => {
    const sections: unknown = configFileSchema.parse(parse(text));
    expect(sections).toBeTypeOf("object");
    for (const section of Object.values(sections as object)) expect(section).toEqual({});
  });

  it("has every tunable and every other key, with a value that is taken", () => {
    const file = configFileSchema.parse(parse(inForce));
    expect(Object.keys(file.tunables ?? {})).toEqual(TUNABLES.map(({ name }) => name));
    for (const { section, key } of configurationKeys()) {
      const found = (file as Record<string, object>)[section] ?? {};
      const tables: readonly object[] = found instanceof Map ? [...found.values()] : [found];
      const keys = tables.flatMap((table) => Object.keys(table));
      expect(keys, section).toContain(key);
    }
  });

  it("is one that doctor finds nothing wrong with", async () => {
    const said = await new Home().succeed("doctor", "--config", join(PROJECT, PATH));
    expect(said).toContain(`${join(PROJECT, PATH)} is good.`);
  });

  it("is one that the daemon starts with, as it is and with all its tunables in force", async () => {
    const home = new Home();
    const file = join(home.folder, "selfballoon.toml");
    // The simulated guests have no compressed swap, nor are they on a host that the other sections tell of.
    const [tunables = ""] = inForce.split(/^\[law\]$/m);
    const everywhere = TUNABLES.flatMap(({ name, needsCompressedSwap }) => (needsCompressedSwap ? [name] : []));
    writeFileSync(file, tunables.replace(new RegExp(`^(${everywhere.join("|")}) =`, "gm"), "#$&"));
    for (const config of [join(PROJECT, PATH), file])
      await home.succeed("run", "--dry-run", "--once", "--backend", "simulated", "--config", config);
  });
});
