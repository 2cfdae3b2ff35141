import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import type { AptSource } from "./packages.ts";
import { runTool } from "./process.ts";

const ASK_DEADLINE_MS = 120_000;
const DOWNLOAD_DEADLINE_MS = 300_000;
/** This machine's release of Debian. */
export const THIS_RELEASE = "bookworm";
/** The release after this machine's. */
export const NEXT_RELEASE = "trixie";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Without a network a download should fail soon: the tests that need it are then skipped. */
const CONNECT_TIMEOUT_S = 20;

/** Debian's backports of this release. */
export async function backportsSource(): Promise<AptSource> {
  const aptOptions = await optionsFor("backports", "deb", `${THIS_RELEASE}-backports`);
  return { folderName: "packages-backports", aptOptions };
}

/** Downloads the archive with the source of a package of the next release, as its authors published it, into `folder`. */
export async function downloadNextSource(packageName: string, folder: string): Promise<void> {
  const aptGet = ["-q", "-o", "APT::Sandbox::User=root", ...(await optionsFor("next", "deb-src", NEXT_RELEASE))];
  const options = { cwd: folder, deadlineMs: DOWNLOAD_DEADLINE_MS };
  await runTool("apt-get", [...aptGet, "update"], options);
  await runTool("apt-get", [...aptGet, "source", "--download-only", "--tar-only", packageName], options);
}

/** Where this machine gets its Debian from. */
export async function debianMirror(): Promise<string> {
  const args = ["indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"];
  const listing = await runTool("apt-get", args, { deadlineMs: ASK_DEADLINE_MS });
  const uri = new RegExp(`^${THIS_RELEASE} (\\S+)$`, "m").exec(listing)?.[1];
  if (uri === undefined) throw new Error(`apt has no source for ${THIS_RELEASE}`);
  return uri;
}

/**
 * Has apt read a part of Debian's archive through lists of the cache's own: the system's apt configuration stays untouched. The
 * mirror is the one that this machine uses already.
 */
async function optionsFor(folderName: string, kind: "deb" | "deb-src", suite: string): Promise<readonly string[]> {
  const folder = join(cacheFolder(), folderName);
  const sourceList = join(folder, "sources.list");
  const lists = join(folder, "lists");
  await mkdir(join(lists, "partial"), { recursive: true });
  await writeFile(sourceList, `${kind} [signed-by=${KEYRING}] ${await debianMirror()} ${suite} main\n`);
  const settings = {
    "Dir::Etc::SourceList": sourceList,
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": lists,
    "Dir::Cache::PkgCache": "",
    "Dir::Cache::SrcPkgCache": "",
    "Acquire::http::Timeout": `${CONNECT_TIMEOUT_S}`,
    "Acquire::Retries": "1",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}
