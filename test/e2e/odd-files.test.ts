import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { guestWithOdd, ODD_FILES, OPTIONAL_FILES } from "../support/odd-files.ts";
import { XEN_MEMORY } from "../support/trees.ts";

describe.each(ODD_FILES)("files of the kernel that are %s", (_, make) => {
  it("let a step be taken, and `doctor` say what is wrong, where all that can be done without are", async () => {
    const tree = guestWithOdd(OPTIONAL_FILES, make);
    const once = ["run", "--backend", "xen", "--root", tree.root, "--once", "--json", "--selfballooning"];
    const step = await new Home().do(...once);
    expect({ exitCode: step.exitCode, stderr: step.stderr }).toEqual({ exitCode: 0, stderr: "" });
    const decision = JSON.parse(step.stdout);
    expect(decision).toMatchObject({ applied: true, reason: expect.stringMatching(/^[a-z_]+$/) });
    expect(Number(tree.read(`${XEN_MEMORY}/target_kb`))).toBe(decision.balloonTargetPages * 4);
    const { exitCode, stdout, stderr } = await new Home().do("doctor", "--root", tree.root);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^warn {2}The kernel's own reserve is taken for 1\/16 of the guest/m);
    expect(stdout).not.toMatch(/TypeError|undefined|NaN|bug/);
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThan(1000);
  });
});
