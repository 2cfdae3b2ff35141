import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT, run } from "./programs.ts";

/** A part of an artefact, as CycloneDX 1.5 has it. */
export interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * What an artefact is made of, as CycloneDX: the packages that dist/ holds parts of, as `npm sbom` tells them, and
 * `carried`, what lies beside it. Nothing in it depends on who asks, or when: its time is `epochS`, its serial number
 * comes from what it says.
 */
export function sbom(version: string, epochS: number, carried: readonly Component[]): string {
  const told = npmSbom();
  const bundled = bundledNames();
  const components = [...told.components.filter(({ name }) => bundled.has(name)), ...carried];
  const missing = [...bundled].filter((name) => !components.some((one) => one.name === name));
  if (missing.length > 0) throw new Error(`npm sbom does not tell of ${missing.join(", ")}, which NOTICE names`);
  const refs = new Set(components.map((one) => one["bom-ref"]));
  const self = {
    ...told.metadata.component,
    "bom-ref": `selfballoon@${version}`,
    type: "application",
    name: "selfballoon",
  };
  const content = {
    metadata: { timestamp: new Date(epochS * 1000).toISOString(), component: self },
    components,
    dependencies: [
      { ref: self["bom-ref"], dependsOn: [...refs] },
      ...told.dependencies
        .filter(({ ref }) => refs.has(ref))
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
    ],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  const head = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
  };
  return `${JSON.stringify({ ...head, serialNumber, version: 1, ...content }, null, 2)}\n`;
}

/** The program at `path` as a part, with what its bytes are. */
export function programComponent(name: string, version: string, path: string): Component {
  const content = createHash("sha256").update(readFileSync(path)).digest("hex");
  const purl = `pkg:generic/${name}@${version}`;
  return { "bom-ref": purl, type: "application", name, version, purl, hashes: [{ alg: "SHA-256", content }] };
}

/** A package of Debian's as a part. */
export function debianComponent(name: string, version: string): Component {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64`;
  return { "bom-ref": purl, type: "library", name, version, purl };
}

/** What npm tells of all packages; it is the same for each artefact, and npm takes its time. */
let npmTold: Bom | null = null;
function npmSbom(): Bom {
  npmTold ??= JSON.parse(run("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"])) as Bom;
  return npmTold;
}

/** The packages that dist/ holds parts of; a test compares NOTICE with what the bundler took. */
function bundledNames(): ReadonlySet<string> {
  const notice = readFileSync(join(PROJECT, "NOTICE"), "utf8");
  return new Set([...notice.matchAll(/^- ([^,]+), Copyright/gm)].map(([, name = ""]) => name));
}

/** A UUID of version 8 (RFC 9562) out of a text. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
