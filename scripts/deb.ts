// Builds the Debian package out of dist/ and packaging/: `npm run deb [-- --output FOLDER]`. The same sources give the same
// bytes: owners, modes, times and the order of files do not depend on who builds, or when (SOURCE_DATE_EPOCH, or the
// last commit's time).
import { createHash } from "node:crypto";
import { cpSync, lutimesSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { controlFile } from "./deb/control.ts";
import { entriesBelow, makeTree, setModes } from "./deb/tree.ts";
import { PROJECT as project, run, sourceEpochS } from "./release/programs.ts";

const { output } = parseArgs({ options: { output: { type: "string", default: join(project, ".cache/deb") } } }).values;
const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };
const epochS = sourceEpochS();

const root = mkdtempSync(join(tmpdir(), "selfballoon-deb-"));
try {
  makeTree(project, root, version, epochS);
  const files = entriesBelow(root).filter(({ isFolder }) => !isFolder);
  makeControl(files.map(({ path }) => path));
  setModes(root);
  for (const { path } of [...entriesBelow(root), { path: root }]) lutimesSync(path, epochS, epochS);
  lutimesSync(join(root, "usr/bin/selfballoon"), epochS, epochS);
  mkdirSync(output, { recursive: true });
  const target = join(output, `selfballoon_${version}_all.deb`);
  // One thread: xz divides its work among several, and the bytes would tell how many there were.
  run("dpkg-deb", ["--root-owner-group", "--threads-max=1", "--build", root, target], {
    SOURCE_DATE_EPOCH: String(epochS),
  });
  console.log(target);
} finally {
  rmSync(root, { recursive: true });
}

function makeControl(files: readonly string[]): void {
  const folder = join(root, "DEBIAN");
  mkdirSync(folder);
  const installedKib = files.reduce((sum, path) => sum + Math.ceil(statSync(path).size / 1024), 0);
  const md5 = (path: string): string => createHash("md5").update(readFileSync(path)).digest("hex");
  const sums = files.map((path) => `${md5(path)}  ${relative(root, path)}\n`).sort();
  const conffiles = files.map((path) => `/${relative(root, path)}\n`).filter((path) => path.startsWith("/etc/"));
  writeFileSync(join(folder, "control"), controlFile(version, installedKib));
  writeFileSync(join(folder, "conffiles"), conffiles.join(""));
  writeFileSync(join(folder, "md5sums"), sums.join(""));
  for (const name of ["postinst", "prerm", "postrm"])
    cpSync(join(project, "packaging/debian", name), join(folder, name));
}
