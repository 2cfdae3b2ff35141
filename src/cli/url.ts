import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { askSocket } from "./daemon.ts";
import { type DaemonOptions, flagsOf } from "./flags.ts";
import { print } from "./output.ts";

/**
 * `selfballoon url`: the address of the page; with `token`, so that the page may change things.
 * @throws ERR_NO_DAEMON, ERR_NO_PAGE, ERR_PERMISSION for the token's file.
 */
export async function url(options: DaemonOptions & { readonly token?: boolean }): Promise<void> {
  const { socket, tokenFile } = await loadConfig(flagsOf(options), process.env, "nothing was done");
  const { url: address } = (await askSocket(socket, "GET", "/healthz")) as { readonly url: string | null };
  if (address === null) throw selfballoonError("ERR_NO_PAGE");
  if (options.token !== true) return print(address);
  print(`${address}#token=${readToken(tokenFile ?? join(dirname(socket), "token"))}`);
}

function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (thrown) {
    const remedy = "run as its owner";
    throw selfballoonError("ERR_PERMISSION", { path, mode: "readable", problem: problemOf(thrown), remedy }, thrown);
  }
}
