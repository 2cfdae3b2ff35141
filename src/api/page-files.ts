import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page loads its own files and talks to its own server; nothing else, nothing inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface PageFile {
  readonly contentType: string;
  /** The file's name has a hash of its content in it, so that it never changes. */
  readonly isImmutable: boolean;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** The page's files, read when the first one is asked for and kept: there are a handful. */
export class PageFiles {
  private readonly folder: string;
  private readonly index: string;
  private files: ReadonlyMap<string, PageFile> | null = null;

  /** @param index the file that stands for the folder itself. */
  constructor(folder: string, index = "index.html") {
    this.folder = folder;
    this.index = index;
  }

  /** Answer with the file at `path`; false if there is none. */
  serve(request: IncomingMessage, path: string, response: ServerResponse): boolean {
    this.files ??= readFiles(this.folder);
    const file = this.files.get(path === "/" ? `/${this.index}` : path);
    if (file === undefined) return false;
    const takesGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    response.writeHead(200, {
      "content-type": file.contentType,
      "content-security-policy": PAGE_POLICY,
      "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
      vary: "accept-encoding",
      ...(takesGzip ? { "content-encoding": "gzip" } : {}),
    });
    response.end(takesGzip ? file.gzipped : file.plain);
    return true;
  }
}

function readFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const [prefix, names] of [
    ["/", list(folder)],
    ["/assets/", list(join(folder, "assets"))],
  ] as const) {
    for (const name of names) {
      const contentType = CONTENT_TYPES[extname(name)];
      if (contentType === undefined) continue;
      const plain = readFileSync(join(folder, prefix, name));
      files.set(`${prefix}${name}`, {
        contentType,
        isImmutable: prefix === "/assets/",
        plain,
        gzipped: gzipSync(plain),
      });
    }
  }
  return files;
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A daemon without the page serves the API alone.
    return [];
  }
}
