import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { OwnNode } from "./own-node.ts";
import { run } from "./programs.ts";
import { programComponent, sbom } from "./sbom.ts";
import { level, makeSelfContained } from "./self-contained.ts";

/** What of a self-contained artefact may be run. */
export const PROGRAMS = /\/(bin\/(selfballoon|node)|lib\/selfballoon\.mjs|share\/(hooks|schedulers)\/[^/]+)$/;

/** Builds the tarball with a Node of its own; gives its path. */
export function buildTarball(work: string, output: string, version: string, epochS: number, node: OwnNode): string {
  const name = `selfballoon-${version}-linux-x64`;
  const root = join(work, name);
  mkdirSync(root);
  const carried = [programComponent("node", node.version, node.program)];
  makeSelfContained(root, node, sbom(version, epochS, carried));
  level(root, PROGRAMS, epochS);
  const target = join(output, `${name}.tar.gz`);
  run("tar", [...sameBytes(epochS), "--use-compress-program=gzip -n", "-C", work, "-cf", target, name]);
  return target;
}

/** Options of tar by which the same tree gives the same bytes: sorted, owned by root, with one time. */
export function sameBytes(epochS: number): readonly string[] {
  return ["--sort=name", `--mtime=@${epochS}`, "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];
}
