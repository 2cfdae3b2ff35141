// Builds what is released, and its sums: `npm run release [-- --only deb,rpm,tarball,image] [--output FOLDER] [--node PROGRAM]`.
// The same sources, on a machine with the same Debian packages, give the same bytes. PROGRAM is carried in place of the Node
// that packaging/node pins.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { buildImage } from "./release/image.ts";
import { nodeAt, type OwnNode, pinnedNode } from "./release/own-node.ts";
import { PROJECT, run, sourceEpochS } from "./release/programs.ts";
import { buildRpm } from "./release/rpm.ts";
import { programComponent, sbom } from "./release/sbom.ts";
import { buildTarball } from "./release/tarball.ts";

const ARTEFACTS = ["deb", "rpm", "tarball", "image"] as const;
/** Those that carry a Node; it is fetched for no other. */
const WITH_NODE: readonly Artefact[] = ["tarball", "image"];
type Artefact = (typeof ARTEFACTS)[number];

const { values } = parseArgs({
  options: {
    only: { type: "string", default: ARTEFACTS.join(",") },
    output: { type: "string", default: join(PROJECT, ".cache/release") },
    node: { type: "string" },
  },
});
const { version } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { version: string };
const epochS = sourceEpochS();
const { output } = values;

function ownNode(): OwnNode {
  return values.node === undefined ? pinnedNode() : nodeAt(values.node);
}

function build(artefact: Artefact, work: string): string {
  switch (artefact) {
    case "deb":
      return run("npm", ["run", "--silent", "deb", "--", "--output", output], {
        SOURCE_DATE_EPOCH: String(epochS),
      }).trim();
    case "rpm":
      return buildRpm(work, output, version, epochS);
    case "tarball":
      return buildTarball(work, output, version, epochS, ownNode());
    case "image":
      return buildImage(work, output, version, epochS, ownNode());
  }
}

function artefactsOf(list: string): readonly Artefact[] {
  const names = list.split(",");
  const known = ARTEFACTS.filter((one) => names.includes(one));
  if (known.length === names.length) return known;
  console.error(`--only takes some of ${ARTEFACTS.join(",")}, not ${list}`);
  process.exit(2);
}

const artefacts = artefactsOf(values.only);
mkdirSync(output, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "selfballoon-release-"));
try {
  const bom = join(output, `selfballoon-${version}.cdx.json`);
  const node = artefacts.some((one) => WITH_NODE.includes(one)) ? ownNode() : null;
  const carried = node === null ? [] : [programComponent("node", node.version, node.program)];
  writeFileSync(bom, sbom(version, epochS, carried));
  const files = [bom];
  for (const artefact of artefacts) {
    files.push(build(artefact, work));
    console.log(files.at(-1));
  }
  const sums = files.map(
    (path) => `${createHash("sha256").update(readFileSync(path)).digest("hex")}  ${basename(path)}\n`,
  );
  writeFileSync(join(output, "SHA256SUMS"), sums.join(""));
} finally {
  rmSync(work, { recursive: true });
}
