import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { toolPath } from "./process.ts";

/** Something that this machine lacks to run real guests. */
export interface Missing {
  /** The program, file or property that was looked for. */
  readonly what: string;
  /** The Debian package that brings it; null when no package can. */
  readonly debianPackage: string | null;
}

/** Whether the real-guest tests of a file can run here; `reason` is one line for people, empty when they can. */
export interface VmGate {
  readonly skip: boolean;
  readonly reason: string;
}

/** The programs and files that a list beside this file names, with their Debian packages. */
function toolsIn(listFile: string): Missing[] {
  return readFileSync(new URL(listFile, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [what = "", debianPackage = ""] = line.split(" ");
      return { what, debianPackage };
    });
}

/** What is missing on this machine to build and boot guests; empty when nothing is. */
function missingForVm(): Missing[] {
  const missing: Missing[] = toolsIn("./host-tools.txt").filter(({ what }) => !isPresent(what));
  if (process.platform !== "linux" || process.arch !== "x64") {
    missing.unshift({ what: "Linux on x86-64", debianPackage: null });
  }
  if (!isDebian12())
    missing.unshift({ what: "Debian 12 (the packages are named as in this release)", debianPackage: null });
  return missing;
}

/**
 * Decides for a test file: run, or skip and say in one line why.
 * Throws instead of skipping when `SELFBALLOON_REQUIRE` (a comma list) has `vm`: CI must not pass by skipping.
 * `alsoMissing` is what a rig with needs of its own has found lacking.
 */
export function vmGate(alsoMissing: readonly Missing[] = []): VmGate {
  return gate("vm", [...missingForVm(), ...alsoMissing]);
}

/** As `vmGate`, for guests under libvirt, with the word `libvirt`. */
export function libvirtGate(): VmGate {
  const missing = toolsIn("./libvirt-tools.txt").filter(({ what }) => !isPresent(what));
  if (process.getuid?.() !== 0) missing.push({ what: "root's rights", debianPackage: null });
  return gate("libvirt", [...missingForVm(), ...missing]);
}

/** As `vmGate`, for guests with a whole Debian 13, with the word `debian`. */
export function debianGate(alsoMissing: readonly Missing[] = []): VmGate {
  const missing = toolsIn("./debian-tools.txt").filter(({ what }) => !isPresent(what));
  if (process.getuid?.() !== 0) missing.push({ what: "root's rights", debianPackage: null });
  return gate("debian", [...missingForVm(), ...missing, ...alsoMissing]);
}

/** The answer for what `word` in `SELFBALLOON_REQUIRE` stands for: run if nothing is missing, else skip or throw. */
export function gate(word: string, missing: readonly Missing[]): VmGate {
  if (missing.length === 0) return { skip: false, reason: "" };
  const reason = describeMissing(missing);
  const required = (process.env["SELFBALLOON_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  if (required.includes(word)) throw new Error(`real-guest tests (${word}) are required here, but ${reason}`);
  process.stderr.write(`real-guest tests (${word}) skipped: ${reason}\n`);
  return { skip: true, reason };
}

function describeMissing(missing: readonly Missing[]): string {
  const packages = new Set(missing.flatMap(({ debianPackage }) => debianPackage ?? []));
  const cure = packages.size === 0 ? "" : ` (apt-get install ${[...packages].join(" ")})`;
  return `this machine lacks ${missing.map(({ what }) => what).join(", ")}${cure}`;
}

function isPresent(what: string): boolean {
  if (what.startsWith("/")) return canAccess(what, constants.R_OK);
  return toolPath()
    .split(":")
    .some((folder) => canAccess(join(folder, what), constants.X_OK));
}

function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function isDebian12(): boolean {
  if (!canAccess("/etc/os-release", constants.R_OK)) return false;
  const release = readFileSync("/etc/os-release", "utf8");
  return /^ID=debian$/m.test(release) && /^VERSION_ID="?12"?$/m.test(release);
}
