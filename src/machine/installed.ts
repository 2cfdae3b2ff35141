import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program can be started that lies in one of the folders of `path`, as in PATH; relative ones don't count. */
export function isInstalled(program: string, path: string): boolean {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith("/"));
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
