import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProjectFile } from "../support/docs.ts";
import { temporaryFolder } from "../support/trees.ts";
import { hasTool, run } from "./tools.ts";

const FOLDER = "packaging/systemd";
const files = readdirSync(new URL(`../../${FOLDER}`, import.meta.url));

/** What systemd does not understand of a unit with this drop-in, a line each; it ends well all the same. */
function complaints(unit: string, dropIn: string | null): readonly string[] {
  const folder = temporaryFolder();
  // Whether this machine has Node where the unit looks for it is another matter.
  const text = readProjectFile(`${FOLDER}/${unit}`).replaceAll("/usr/bin/node ", `${process.execPath} `);
  writeFileSync(join(folder, unit), text.replaceAll("/usr/bin/selfballoon ", "/bin/true "));
  if (dropIn !== null) {
    mkdirSync(join(folder, `${unit}.d`));
    writeFileSync(join(folder, `${unit}.d`, "one.conf"), dropIn);
  }
  const { stdout, stderr } = run("systemd-analyze", ["verify", "--man=no", join(folder, unit)], folder);
  return `${stdout}${stderr}`.split("\n").filter((line) => line.includes(folder) || line.startsWith(unit));
}

describe.skipIf(!hasTool("systemd-analyze"))("systemd understands", () => {
  it.each(files.filter((name) => name.endsWith(".service")))("every line of %s", (unit) => {
    expect(complaints(unit, null)).toEqual([]);
  });

  it.each(files.filter((name) => name.endsWith(".conf")))("every line of the drop-in %s", (name) => {
    expect(complaints("selfballoon.service", readProjectFile(`${FOLDER}/${name}`))).toEqual([]);
  });

  it("no line that it does not know, or knows with other values, and says so", () => {
    const wrong = "[Service]\nPrivateNetwork=perhaps\nRestrictAdressFamilies=AF_INET\n";
    const said = complaints("selfballoon.service", wrong).join("\n");
    for (const word of ["perhaps", "RestrictAdressFamilies"]) expect(said).toContain(word);
  });
});
