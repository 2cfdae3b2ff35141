import type { IncomingMessage } from "node:http";
import { problemOf, selfballoonError } from "../core/errors.ts";

const BODY_LIMIT_KIB = 64;

/** So much of a body that is too large is still taken in, and thrown away: who sends it can read our answer then. */
const DRAINED_LIMIT_BYTES = 16 * 1_048_576;

/** Read a request's body, of at most 64 KiB. The server's own deadline bounds how long it takes. @throws ERR_BODY_TOO_LARGE. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const tooLarge = (): boolean => bytes > BODY_LIMIT_KIB * 1024;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (!tooLarge()) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > DRAINED_LIMIT_BYTES) request.destroy();
    });
    request.on("error", reject);
    request.on("close", () => reject(new Error("the request broke off")));
    request.on("end", () => {
      if (tooLarge()) reject(selfballoonError("ERR_BODY_TOO_LARGE", { limitKib: BODY_LIMIT_KIB }));
      else resolve(Buffer.concat(chunks).toString("utf8"));
    });
  });
}

/** A body that must be a JSON object, `expected` in words. @throws ERR_BODY_INVALID. */
export function parseObject(body: string, expected: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (thrown) {
    throw selfballoonError("ERR_BODY_INVALID", { expected, problem: problemOf(thrown) });
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw selfballoonError("ERR_BODY_INVALID", { expected, problem: "it is something else" });
}

/** What a change may be written as besides text and null, with its name for people. */
const PLAIN = { number: "a number", boolean: "true, false" } as const;

/** `{"NAME": "VALUE" | null}`, and values of the kinds that are taken; `expected` in words; null undoes. @throws ERR_BODY_INVALID. */
export function parseChanges(
  body: string,
  expected: string,
  kinds: readonly (keyof typeof PLAIN)[],
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(parseObject(body, expected)).map(([name, value]) => {
      if (value === null || typeof value === "string") return [name, value];
      if (kinds.some((kind) => typeof value === kind)) return [name, String(value)];
      const words = ["text", ...kinds.map((kind) => PLAIN[kind])].join(", ");
      const problem = `${JSON.stringify(name.slice(0, 64))} is neither ${words} nor null`;
      throw selfballoonError("ERR_BODY_INVALID", { expected, problem });
    }),
  );
}
