import { describe, expect, it } from "vitest";
import { readProjectFile } from "../support/docs.ts";

describe("a unit whose process does its last work by other programs", () => {
  it.each(["selfballoon.service", "selfballoon-sysfs.service"])("%s leaves them to it when it is stopped", (unit) => {
    // systemd's default sends SIGTERM to umount and virsh as well (systemd.kill(5)).
    expect(readProjectFile(`packaging/systemd/${unit}`)).toMatch(/^KillMode=mixed$/m);
  });
});

describe("selfballoon.service", () => {
  const unit = readProjectFile("packaging/systemd/selfballoon.service");
  const valuesOf = (name: string): readonly string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].flatMap(([, value = ""]) => value.split(" "));

  it.each(["docs/guides/reaching-the-page.md", "packaging/selfballoon.toml"])(
    "can make the token's file that %s names",
    (file) => {
      const [folder = ""] = valuesOf("StateDirectory");
      const [, path] = /token_file = "(.*?)"/.exec(readProjectFile(file)) ?? [];
      expect(path).toBe(`/var/lib/${folder}/token`);
    },
  );

  it("hands a command of [notify] the rights that the guide tells of", () => {
    const guide = readProjectFile("docs/guides/being-told.md");
    const paths = valuesOf("ReadWritePaths").map((path) => path.replace(/^-/, ""));
    const folders = valuesOf("RuntimeDirectory").map((name) => `/run/${name}`);
    folders.push(...valuesOf("StateDirectory").map((name) => `/var/lib/${name}`));
    for (const right of [...valuesOf("CapabilityBoundingSet"), ...paths, ...folders])
      expect(guide).toContain(`\`${right}\``);
  });
});
