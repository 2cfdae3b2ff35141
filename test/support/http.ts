import { request } from "node:http";
import { PATIENCE_MS } from "./patience.ts";

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Ask over TCP. Header names and the Host are as given; fails if no answer comes. */
export function askHttp(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string | Buffer;
  } = {},
): Promise<HttpAnswer> {
  const { method = "GET", headers = {}, body = "" } = options;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, timeout: PATIENCE_MS, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    asked.on("error", reject);
    asked.end(body);
  });
}
