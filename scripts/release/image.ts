import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OwnNode } from "./own-node.ts";
import { PROJECT, run } from "./programs.ts";
import { debianComponent, programComponent, sbom } from "./sbom.ts";
import { HOME, level, makeSelfContained } from "./self-contained.ts";
import { PROGRAMS, sameBytes } from "./tarball.ts";

/** A shared library of this machine, and the Debian package that it is of. */
interface Library {
  readonly path: string;
  readonly packageName: string;
  readonly version: string;
}

/**
 * Builds the OCI image: the self-contained program and the libraries that its Node asks for, from this machine's Debian
 * packages; no shell, no other program. Podman makes it, in a storage of its own. Gives the path of the OCI archive.
 */
export function buildImage(work: string, output: string, version: string, epochS: number, node: OwnNode): string {
  const context = join(work, "image");
  const root = join(context, "root");
  const libraries = librariesOf(node.program);
  putSystem(root, libraries);
  const packages = new Map(libraries.map(({ packageName, version: of }) => [packageName, of]));
  const carried = [
    programComponent("node", node.version, node.program),
    ...[...packages].sort().map(([name, of]) => debianComponent(name, of)),
  ];
  mkdirSync(join(root, HOME), { recursive: true });
  makeSelfContained(join(root, HOME), node, sbom(version, epochS, carried));
  level(root, new RegExp(`${PROGRAMS.source}|/ld-linux[^/]*$`), epochS);
  const target = join(output, `selfballoon-${version}-linux-amd64.oci.tar`);
  packImage(work, context, target, version, epochS);
  return target;
}

/** What a process needs of a system beside the program: its libraries, names for root and nobody, and folders to write to. */
function putSystem(root: string, libraries: readonly Library[]): void {
  const folders = ["tmp", "run/selfballoon", "var/lib/selfballoon", "etc/selfballoon", "usr/bin"];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/none\nnobody:x:65534:65534:nobody:/:/none\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
  for (const { path, packageName } of libraries) {
    cpSync(realpathSync(path), join(root, path));
    const copyright = `usr/share/doc/${packageName}/copyright`;
    cpSync(realpathSync(`/${copyright}`), join(root, copyright));
  }
  symlinkSync(`${HOME}/lib/selfballoon.mjs`, join(root, "usr/bin/selfballoon"));
}

/** The libraries that a program asks for, the loader among them, by the loader's own word. */
function librariesOf(program: string): readonly Library[] {
  const paths = [...run("ldd", [program]).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  return paths.sort().map((path) => ({ path, ...packageOf(path) }));
}

/** The Debian package of a file, which dpkg may know below /usr or not. */
function packageOf(path: string): Omit<Library, "path"> {
  const real = realpathSync(path);
  const candidates = [...new Set([path, real, `/usr${path}`, real.replace(/^\/usr/, "")])];
  for (const candidate of candidates) {
    try {
      const [, packageName] = /^([^:]+)(?::\w+)?: /.exec(run("dpkg-query", ["--search", candidate])) ?? [];
      if (packageName === undefined) continue;
      const [, version = ""] = /\t(.*)\n/.exec(run("dpkg-query", ["--show", packageName])) ?? [];
      return { packageName, version };
    } catch {
      // The next name of the same file.
    }
  }
  throw new Error(`no Debian package has ${path}: build the image on a Debian system`);
}

/** Has Podman make the image out of `context`, and writes it as an OCI archive with nothing of this machine in it. */
function packImage(work: string, context: string, target: string, version: string, epochS: number): void {
  const name = `localhost/selfballoon:${version}`;
  // All that Podman keeps is here: other containers of this machine are none of ours, nor is what it resets at the end.
  const places = { "--root": "podman", "--runroot": "podman-run", "--tmpdir": "podman-tmp" };
  const storage = Object.entries(places).flatMap(([option, folder]) => [option, join(work, folder)]);
  const file = join(PROJECT, "packaging/oci/Containerfile");
  const labels = ["--label", `org.opencontainers.image.version=${version}`];
  const same = [
    "--timestamp",
    String(epochS),
    "--format=oci",
    "--no-cache",
    "--network=none",
    "--identity-label=false",
  ];
  run("podman", [...storage, "build", "--quiet", ...same, ...labels, "-t", name, "-f", file, context]);
  const layout = join(work, "layout");
  run("podman", [...storage, "save", "--quiet", "--format=oci-dir", "-o", layout, name]);
  rmSync(target, { force: true });
  // In the order that readers of a stream like.
  const parts = ["oci-layout", "index.json", "blobs"];
  run("chmod", ["-R", "u=rwX,go=rX", layout]);
  run("tar", [...sameBytes(epochS), "-C", layout, "-cf", target, ...parts]);
  run("podman", [...storage, "system", "reset", "--force"]);
}
