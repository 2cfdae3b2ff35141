import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCommonTree, PROGRAMS } from "../deb/tree.ts";
import { PROJECT, run } from "./programs.ts";
import { level } from "./self-contained.ts";

/** Where RPM-based distributions have completions of packages for zsh. */
const ZSH_FUNCTIONS = "usr/share/zsh/site-functions";

/** Builds the RPM, for a Node that the distribution has; gives its path. */
export function buildRpm(work: string, output: string, version: string, epochS: number): string {
  const root = join(work, "rpm-root");
  makeCommonTree(PROJECT, root, ZSH_FUNCTIONS);
  level(root, PROGRAMS, epochS);
  const spec = join(work, "selfballoon.spec");
  writeFileSync(spec, readFileSync(join(PROJECT, "packaging/rpm/selfballoon.spec"), "utf8"));
  const made = join(work, "rpm-made");
  mkdirSync(made);
  const macros = {
    // What is built may not tell of the machine that built it.
    _buildhost: "localhost",
    _topdir: join(work, "rpm-top"),
    _rpmdir: made,
    use_source_date_epoch_as_buildtime: "1",
    clamp_mtime_to_source_date_epoch: "1",
    sb_version: version,
    sb_tree: root,
    sb_project: PROJECT,
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ["--define", `${name} ${value}`]);
  run("rpmbuild", ["-bb", "--quiet", ...defines, spec], { SOURCE_DATE_EPOCH: String(epochS) });
  const [file] = readdirSync(join(made, "noarch"));
  if (file === undefined) throw new Error("rpmbuild made no package");
  const target = join(output, file);
  rmSync(target, { force: true });
  run("cp", [join(made, "noarch", file), target]);
  return target;
}
