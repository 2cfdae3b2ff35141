import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { changelogFile } from "./control.ts";
import { copyrightFile } from "./copyright.ts";

const DOC = "usr/share/doc/selfballoon";

/** Of packaging/systemd this is installed; the rest are examples that an administrator copies and changes. */
const UNIT = "selfballoon.service";

/** Files that go into the package as they are, below the project and below the package's root. */
const COPIES: Readonly<Record<string, string>> = {
  [`packaging/systemd/${UNIT}`]: `usr/lib/systemd/system/${UNIT}`,
  "packaging/systemd/slices.conf": `${DOC}/examples/systemd/slices.conf`,
  "packaging/systemd/selfballoon-slices.service": `${DOC}/examples/systemd/selfballoon-slices.service`,
  "packaging/selfballoon.toml": "etc/selfballoon/selfballoon.toml",
  "packaging/completion/selfballoon.bash": "usr/share/bash-completion/completions/selfballoon",
  "packaging/completion/selfballoon.fish": "usr/share/fish/vendor_completions.d/selfballoon.fish",
  "packaging/grafana/selfballoon.json": `${DOC}/examples/grafana/selfballoon.json`,
  "packaging/grafana/selfballoon-fleet.json": `${DOC}/examples/grafana/selfballoon-fleet.json`,
  "packaging/nats/nats-server.conf": `${DOC}/examples/nats/nats-server.conf`,
  "packaging/prometheus/selfballoon.rules.yml": `${DOC}/examples/prometheus/selfballoon.rules.yml`,
  "packaging/prometheus/selfballoon-fleet.rules.yml": `${DOC}/examples/prometheus/selfballoon-fleet.rules.yml`,
  "packaging/hooks": "usr/share/selfballoon/hooks",
  "packaging/schedulers": "usr/share/selfballoon/schedulers",
  "docs/guides": `${DOC}/guides`,
  "docs/reference": `${DOC}/reference`,
  NOTICE: `${DOC}/NOTICE`,
};

/** What of that may be run. */
export const PROGRAMS = /\/(selfballoon\.mjs|share\/selfballoon\/(hooks|schedulers)\/[^/]+)$/;

/** Files that Debian wants compressed. */
const COMPRESSED: Readonly<Record<string, string>> = {
  "packaging/man/selfballoon.8": "usr/share/man/man8/selfballoon.8.gz",
  "CHANGELOG.md": `${DOC}/CHANGELOG.md.gz`,
};

/** Makes in `root` all that the Debian package installs. */
export function makeTree(project: string, root: string, version: string, epochS: number): void {
  makeCommonTree(project, root, "usr/share/zsh/vendor-completions");
  put(root, `${DOC}/copyright`, copyrightFile(readFileSync(join(project, "NOTICE"), "utf8")));
  put(root, `${DOC}/changelog.gz`, gzipSync(changelogFile(version, epochS), { level: 9 }));
}

/** Makes in `root` what every package of a distribution installs; `zshFolder` is where zsh looks for completions there. */
export function makeCommonTree(project: string, root: string, zshFolder: string): void {
  putProgram(project, root);
  for (const name of readdirSync(join(project, "packaging/systemd")).filter((one) => one !== UNIT))
    put(root, `${DOC}/examples/systemd/${name}`, readFileSync(join(project, "packaging/systemd", name)));
  const copies = { ...COPIES, "packaging/completion/_selfballoon": `${zshFolder}/_selfballoon` };
  for (const [source, target] of Object.entries(copies))
    cpSync(join(project, source), join(root, target), { recursive: true });
  for (const [source, target] of Object.entries(COMPRESSED))
    put(root, target, gzipSync(readFileSync(join(project, source)), { level: 9 }));
}

function put(root: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** The command: Debian's own Node runs it, whatever else is in the PATH. */
function putProgram(project: string, root: string): void {
  const library = join(root, "usr/lib/selfballoon");
  const dist = join(project, "dist");
  cpSync(dist, library, { recursive: true, filter: (path) => path !== join(dist, "types") });
  const entry = join(library, "selfballoon.mjs");
  writeFileSync(entry, readFileSync(entry, "utf8").replace(/^#!.*\n/, "#!/usr/bin/node\n"));
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  symlinkSync("../lib/selfballoon/selfballoon.mjs", join(root, "usr/bin/selfballoon"));
}

/** Every file and folder below `root`, links and `root` itself left out. */
export function entriesBelow(root: string): readonly { readonly path: string; readonly isFolder: boolean }[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
}

/** Modes that do not depend on who builds: the command and scripts may be run, all may be read. */
export function setModes(root: string): void {
  chmodSync(root, 0o755);
  for (const { path, isFolder } of entriesBelow(root)) {
    const isProgram = isFolder || PROGRAMS.test(path) || /\/DEBIAN\/(postinst|prerm|postrm)$/.test(path);
    chmodSync(path, isProgram ? 0o755 : 0o644);
  }
}
