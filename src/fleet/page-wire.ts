import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import * as z from "zod";
import { hostName, MAX_MESSAGE_BYTES, WIRE_VERSION } from "./wire.ts";
import { answerIn, MAX_REFUSAL, read } from "./wish-wire.ts";

// How a host is asked for what its page shows, and what it answers, compressed. Both sides are untrusted.

/** A document is no longer than this, however well it was compressed: 4096 guests take half of it. */
export const MAX_DOCUMENT_BYTES = 16_777_216;

/** Longer questions are none. */
const MAX_PATH = 1024;
const MAX_QUERY = 256;

const GZIP_MAGIC = 0x1f;

const question = z.strictObject({
  v: z.literal(WIRE_VERSION),
  do: z.literal("show"),
  /** Of a route of the host's own API. */
  path: z.string().max(MAX_PATH),
  query: z.string().max(MAX_QUERY),
});

const from = { v: z.literal(WIRE_VERSION), host: hostName };

const answer = z.discriminatedUnion("is", [
  z.object({ ...from, is: z.literal("shown"), body: z.unknown() }),
  z.object({ ...from, is: z.literal("refused"), problem: z.string().max(MAX_REFUSAL) }),
]);

export type PageQuestion = Pick<z.output<typeof question>, "path" | "query">;

/** What a host answered; `unfit`: nothing that can be used. */
export type PageAnswer =
  | { readonly is: "shown"; readonly body: unknown }
  | { readonly is: "refused"; readonly problem: string }
  /** It does not know such questions. */
  | { readonly is: "old" }
  | { readonly is: "unfit"; readonly problem: string };

/** Whether it is as short as a host takes it. */
export function isShortQuestion({ path, query }: PageQuestion): boolean {
  return path.length <= MAX_PATH && query.length <= MAX_QUERY;
}

/** A question as it travels. */
export function packedQuestion({ path, query }: PageQuestion): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: WIRE_VERSION, do: "show", path, query }));
}

/** What a host is asked to show; null if it is no such question. */
export function pageQuestionIn(bytes: Uint8Array): PageQuestion | null {
  return read(question, bytes);
}

/** A document, which is JSON already, as `host` answers with it. */
export function packedDocument(host: string, document: Buffer): Promise<Uint8Array> {
  const head = JSON.stringify({ v: WIRE_VERSION, host, is: "shown" }).slice(0, -1);
  return promisify(gzip)(Buffer.concat([Buffer.from(`${head},"body":`), document, Buffer.from("}")]));
}

/** Why `host` shows nothing. */
export function packedRefusal(host: string, problem: string): Promise<Uint8Array> {
  const refusal = { v: WIRE_VERSION, host, is: "refused", problem: problem.slice(0, MAX_REFUSAL) };
  return promisify(gzip)(JSON.stringify(refusal));
}

/** What `host` answered; whoever is it, it is untrusted. */
export async function pageAnswerIn(host: string, bytes: Uint8Array): Promise<PageAnswer> {
  if (bytes.length > MAX_MESSAGE_BYTES) return unfit(`it has ${bytes.length} bytes, and may have ${MAX_MESSAGE_BYTES}`);
  if (bytes[0] !== GZIP_MAGIC) return answerIn(bytes)?.is === "refused" ? { is: "old" } : unfit("it is not compressed");
  try {
    const text = await promisify(gunzip)(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES });
    const { data } = answer.safeParse(JSON.parse(text.toString("utf8")));
    if (data === undefined) return unfit("it is no answer of this version");
    return data.host === host ? data : unfit(`it speaks for ${data.host}`);
  } catch {
    return unfit(`it is no compressed JSON of at most ${MAX_DOCUMENT_BYTES} bytes`);
  }
}

function unfit(problem: string): PageAnswer {
  return { is: "unfit", problem };
}
