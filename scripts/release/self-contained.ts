import { chmodSync, cpSync, lutimesSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OwnNode } from "./own-node.ts";
import { PROJECT } from "./programs.ts";

/** Where the units of the self-contained artefacts expect them. */
export const HOME = "/opt/selfballoon";

/** What is copied as it is, below the project and below the artefact. */
const COPIES: Readonly<Record<string, string>> = {
  "packaging/selfballoon.toml": "etc/selfballoon.toml",
  "packaging/man/selfballoon.8": "share/man/man8/selfballoon.8",
  "packaging/completion": "share/completion",
  "packaging/grafana": "share/grafana",
  "packaging/prometheus": "share/prometheus",
  "packaging/hooks": "share/hooks",
  "packaging/schedulers": "share/schedulers",
  "packaging/nats": "share/nats",
  "docs/guides": "share/doc/guides",
  "docs/reference": "share/doc/reference",
  "CHANGELOG.md": "share/doc/CHANGELOG.md",
  LICENSE: "LICENSES/selfballoon-LICENSE",
  NOTICE: "LICENSES/selfballoon-NOTICE",
};

/** Finds itself through links, with nothing but a shell and, where it is a link, readlink. */
const LAUNCHER = `#!/bin/sh
# Starts selfballoon with the Node beside it, whatever other Node there is.
self=$0
if [ -h "$self" ]; then self=$(readlink -f "$self"); fi
home=$(CDPATH= cd -- "\${self%/*}/.." && pwd -P) || exit 1
exec "$home/node/bin/node" "$home/lib/selfballoon.mjs" "$@"
`;

/** Makes in `root` the program with a Node of its own and all that belongs to it, the bill of materials as given. */
export function makeSelfContained(root: string, node: OwnNode, bom: string): void {
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const dist = join(PROJECT, "dist");
  cpSync(dist, join(root, "lib"), { recursive: true, filter: (path) => path !== join(dist, "types") });
  // Where there is no shell for the launcher, this is the command.
  const entry = join(root, "lib/selfballoon.mjs");
  writeFileSync(entry, readFileSync(entry, "utf8").replace(/^#!.*\n/, `#!${HOME}/node/bin/node\n`));
  for (const [source, target] of Object.entries(COPIES))
    cpSync(join(PROJECT, source), join(root, target), { recursive: true });
  cpSync(node.program, join(root, "node/bin/node"));
  cpSync(node.licence, join(root, "LICENSES/node-LICENSE"));
  put("bin/selfballoon", LAUNCHER);
  put("sbom.cdx.json", bom);
  const units = join(PROJECT, "packaging/systemd");
  for (const name of readdirSync(units)) put(`systemd/${name}`, atHome(readFileSync(join(units, name), "utf8")));
}

/** A unit with the paths of a self-contained artefact. */
function atHome(unit: string): string {
  return unit
    .replaceAll("/usr/bin/node ", `${HOME}/node/bin/node `)
    .replaceAll("/usr/lib/selfballoon/", `${HOME}/lib/`)
    .replaceAll("/usr/bin/selfballoon", `${HOME}/bin/selfballoon`);
}

/** Modes and times below `root` that do not depend on who builds, or when: what `isProgram` matches may be run. */
export function level(root: string, isProgram: RegExp, epochS: number): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chmodSync(path, entry.isDirectory() || isProgram.test(path) ? 0o755 : 0o644);
    lutimesSync(path, epochS, epochS);
  }
  chmodSync(root, 0o755);
  lutimesSync(root, epochS, epochS);
}
