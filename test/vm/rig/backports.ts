import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import type { AptSource } from "./packages.ts";
import { runTool } from "./process.ts";

const ASK_DEADLINE_MS = 30_000;
const RELEASE = "bookworm";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Without a network a download should fail soon: the tests that need it are then skipped. */
const CONNECT_TIMEOUT_S = 20;

/**
 * Debian's backports of this release, read through lists of the cache's own: the system's apt configuration stays
 * untouched. The mirror is the one that this machine uses already.
 */
export async function backportsSource(): Promise<AptSource> {
  const folder = join(cacheFolder(), "backports");
  const sourceList = join(folder, "sources.list");
  const lists = join(folder, "lists");
  await mkdir(join(lists, "partial"), { recursive: true });
  await writeFile(sourceList, `deb [signed-by=${KEYRING}] ${await debianMirror()} ${RELEASE}-backports main\n`);
  const settings = {
    "Dir::Etc::SourceList": sourceList,
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": lists,
    "Dir::Cache::PkgCache": "",
    "Dir::Cache::SrcPkgCache": "",
    "Acquire::http::Timeout": `${CONNECT_TIMEOUT_S}`,
    "Acquire::Retries": "1",
  };
  const aptOptions = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return { folderName: "packages-backports", aptOptions };
}

/** Where this machine gets its Debian from. */
export async function debianMirror(): Promise<string> {
  const args = ["indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"];
  const listing = await runTool("apt-get", args, { deadlineMs: ASK_DEADLINE_MS });
  const uri = new RegExp(`^${RELEASE} (\\S+)$`, "m").exec(listing)?.[1];
  if (uri === undefined) throw new Error(`apt has no source for ${RELEASE}`);
  return uri;
}
