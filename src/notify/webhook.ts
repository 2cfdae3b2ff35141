import type { RequestOptions } from "node:http";
import type { Message } from "./message.ts";
import type { Send } from "./outbox.ts";

/** What a server answers is not looked at, and cut off beyond this, in bytes. */
const MAX_ANSWER_BYTES = 65_536;

/** Posts each message as JSON. Redirections are not followed: what is told goes where the operator says. */
export function createWebhook(address: string): Send {
  const url = new URL(address);
  return async (message, signal) => {
    // fetch would cost a guest's daemon several MiB.
    const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
    const status = await post(request, url, message, signal);
    if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
  };
}

type Request = typeof import("node:http").request;

function post(request: Request, url: URL, { json }: Message, signal: AbortSignal): Promise<number> {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
  const options: RequestOptions = { method: "POST", agent: false, headers, signal };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) response.destroy();
      });
      response.on("error", reject);
      response.on("close", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(json);
  });
}
