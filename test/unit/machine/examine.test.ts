import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { examinePressure, examineZones } from "../../../src/machine/examine.ts";
import { MachineFiles } from "../../../src/machine/files.ts";
import { Tree } from "../../support/trees.ts";

const PRESSURE = "proc/pressure/memory";

function filesOf(change: (tree: Tree) => void = () => {}): MachineFiles {
  const tree = new Tree("xen/pv-idle");
  change(tree);
  return new MachineFiles(tree.root);
}

/** Files of a kernel whose pressure can be opened, and fails to be read with this code. */
class Refusing extends MachineFiles {
  private readonly code: string;

  constructor(code: string) {
    super("/nowhere");
    this.code = code;
  }

  override readIfThere(path: string): string {
    const cause = Object.assign(new Error(`${this.code}: read`), { code: this.code });
    throw selfballoonError("ERR_FILE_UNREADABLE", { path, limitKib: 1, problem: cause.message }, cause);
  }
}

describe("doctor on the kernel's files", () => {
  it("is content with a kernel that reports pressure and zones", () => {
    expect(examinePressure(filesOf())).toMatchObject({ level: "ok" });
    expect(examineZones(filesOf())).toBeNull();
  });

  it("names the boot option where pressure is missing, or built in and switched off", () => {
    const psi = { level: "info", remedy: expect.stringContaining("psi=1") };
    expect(examinePressure(filesOf((tree) => tree.remove(PRESSURE)))).toMatchObject(psi);
    expect(examinePressure(new Refusing("ENOTSUP"))).toMatchObject(psi);
    expect(examinePressure(new Refusing("EOPNOTSUPP"))).toMatchObject(psi);
  });

  it("does not take another fault for a switch", () => {
    const found = examinePressure(
      filesOf((tree) => {
        tree.remove(PRESSURE);
        mkdirSync(join(tree.root, PRESSURE));
      }),
    );
    expect(found).toMatchObject({ level: "warn", what: expect.stringContaining("EISDIR"), remedy: "" });
  });

  it("says what is reckoned with where zones can't be read, and why they can't", () => {
    const big = filesOf((tree) => tree.write("proc/zoneinfo", Buffer.alloc(70_000_000, "x")));
    expect(examineZones(big)).toMatchObject({
      level: "warn",
      what: expect.stringMatching(/taken for 1\/16 of the guest.*zoneinfo.*it is larger/),
    });
    const torn = filesOf((tree) => tree.write("proc/zoneinfo", "Node 0, zone"));
    expect(examineZones(torn)).toMatchObject({ level: "warn", what: expect.stringContaining("cut off") });
  });
});
