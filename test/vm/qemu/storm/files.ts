import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FILES } from "./loads.ts";

/** Makes the file set that guests read over and over, with content. @returns the folder. */
export async function makeFiles(folder: string): Promise<string> {
  await mkdir(folder);
  const content = Buffer.alloc(FILES.mibEach * 1024 * 1024, "selfballoon storm\n");
  for (let nth = 0; nth < FILES.count; nth += 1) await writeFile(join(folder, `file-${nth}`), content);
  return folder;
}
