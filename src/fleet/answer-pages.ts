import { Documents } from "../api/documents.ts";
import { bytesOf } from "../api/handler.ts";
import { RateLimit } from "../api/rate-limit.ts";
import type { Api } from "../api/route.ts";
import { answerRequest, findRoute } from "../api/routes.ts";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { MAX_DOCUMENT_BYTES, type PageQuestion, packedDocument, packedRefusal } from "./page-wire.ts";
import { MAX_MESSAGE_BYTES } from "./wire.ts";

/** Documents that are made at a time, and a second in the long run; twice as many at once. */
const MAX_UNDER_WAY = 8;
const PER_SECOND = 20;

/**
 * A host's answers to those who look at its page through the fleet: what its own API answers, made by the same routes, and only
 * what pages show. Nothing is made unless somebody asks.
 */
export class PageAnswerer {
  private readonly api: Api;
  private readonly host: string;
  private readonly rate: RateLimit;
  private readonly documents: Documents;
  private underWay = 0;

  /** @param nowMs a monotonic clock. */
  constructor(api: Api, host: string, nowMs: () => number) {
    this.api = api;
    this.host = host;
    this.rate = new RateLimit(PER_SECOND, 2 * PER_SECOND, nowMs);
    this.documents = new Documents(nowMs);
  }

  /** Never rejects. @param maxBytes what the server takes as one message. */
  async answer(question: PageQuestion, maxBytes: number): Promise<Uint8Array> {
    this.underWay += 1;
    try {
      if (!this.rate.take()) throw selfballoonError("ERR_TOO_MANY", { limit: PER_SECOND, what: "questions a second" });
      if (this.underWay > MAX_UNDER_WAY)
        throw selfballoonError("ERR_TOO_MANY", { limit: MAX_UNDER_WAY, what: "questions at a time" });
      const packed = await this.document(question);
      const limit = Math.min(maxBytes, MAX_MESSAGE_BYTES);
      if (packed.length <= limit) return packed;
      return await packedRefusal(this.host, tooLong(packed.length, limit));
    } catch (thrown) {
      return await packedRefusal(this.host, problemOf(thrown));
    } finally {
      this.underWay -= 1;
    }
  }

  /** @throws ERR_ROUTE_UNKNOWN, or what the route throws. */
  private async document({ path, query }: PageQuestion): Promise<Uint8Array> {
    const { route, parameter } = findRoute("GET", path);
    if (route.isOnPage !== true) throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: "GET", path });
    const request = { method: "GET", path, query: new URLSearchParams(query), body: "", privileged: false };
    const make = async (): Promise<Buffer> => {
      const document = bytesOf(await answerRequest(this.api, request));
      if (document.length <= MAX_DOCUMENT_BYTES) return Buffer.from(await packedDocument(this.host, document));
      return Buffer.from(await packedRefusal(this.host, tooLong(document.length, MAX_DOCUMENT_BYTES)));
    };
    return parameter === "" && query === "" ? this.documents.get(path, make) : make();
  }
}

function tooLong(bytes: number, limit: number): string {
  return `it has ${bytes} bytes, and over NATS it may have ${limit}`;
}
