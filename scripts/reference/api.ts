import { ROUTES } from "../../src/api/routes.ts";
import { FLEET_ROUTES } from "../../src/fleet/service/routes.ts";
import { code, fence, list, type Page, page, table } from "./markdown.ts";

/** docs/reference/api.md: every route, who may ask, and what an error looks like. */
export function apiPage(): Page {
  return page("api.md", [
    "# HTTP API",
    "The same routes are served on the control socket and, on hosts and with simulated guests, at `http://127.0.0.1:7070`. " +
      "In a guest nothing listens on TCP unless `api.listen` says where. `GET /openapi.json` describes every body.",
    table(
      ["route", "answer", "what it does"],
      ROUTES.map(({ method, path, contentType, summary }) => [
        code(`${method} ${path}`),
        contentType.split(";")[0] ?? "",
        summary,
      ]),
    ),
    "## Who may ask",
    list([
      "On the control socket: whoever may open it (mode 0660) may read and write.",
      "Over TCP: whoever reaches the address may read. A write must show the token: `Authorization: Bearer TOKEN`. With " +
        "`reads_need_token = true` below `[api]` every request must, `/healthz` and `/metrics` too; only the page's own files, which " +
        "hold nothing of the guests, are for all.",
      "The token is made again at each start, in the file `token` beside the control socket (mode 0600). `api.token_file` names " +
        "another that stays; it is made if it is not there, and refused if others may read it.",
      "`run` prints an address with the token in it only for simulated guests.",
      "The `Host` header must be `localhost`, or the name or address of the machine, with the port: a page from elsewhere " +
        "can't reach the API under a name of its own. There is no CORS.",
      "Limits over TCP: bodies of 64 KiB, 10 writes a second, 100 new connections a second, 64 connections, 32 event streams, " +
        "10 s for a request to arrive.",
    ]),
    "```sh\n" +
      "sed 's/^/Authorization: Bearer /' /run/selfballoon/token |\n" +
      "  curl -H @- -X PATCH http://127.0.0.1:7070/v1/tunables -d '{\"selfballoon_interval\": 10}'\n" +
      "```",
    "## Errors",
    "Every error is a problem object (RFC 9457, `application/problem+json`). `code` is one of [the errors](errors.md) and stays; " +
      "after an error nothing was changed.",
    fence("json", EXAMPLE),
    "## Events",
    "`GET /v1/events` is a stream of server-sent events. An event's name is the record's kind, its id the record's number, its data the record and how grave it is (`severity`). " +
      "`Last-Event-ID`, or `?after=ID`, replays what came after it, as far as the journal reaches back (1024 records). A comment " +
      "every 15 s shows that the link lives. A reader that leaves more than 1 MiB unread is cut off.",
    "## Metrics",
    "`GET /metrics` is for Prometheus. Steps are counted from the first request on, and before it as far as the journal reaches. A " +
      "reading that is not there has no sample; a guest that went away has none either.",
    "## A fleet's service",
    "`selfballoon fleet serve` has routes of its own, at `http://127.0.0.1:7071` unless `--listen` says otherwise. What is changed there needs the token of `api.token_file`; " +
      "where none is named, or its file can't be used and reads do not need it, nothing can be. `GET /openapi.json` there describes every body.",
    table(
      ["route", "answer", "what it does"],
      FLEET_ROUTES.map(({ method, path, contentType, summary }) => [
        code(`${method} ${path}`),
        contentType.split(";")[0] ?? "",
        summary,
      ]),
    ),
  ]);
}

const EXAMPLE = `{
  "type": "urn:selfballoon:ERR_TUNABLE_INVALID",
  "title": "tunable invalid",
  "status": 422,
  "detail": "guard must be 0 or 1, not \\"7\\" (EINVAL); it stays 1",
  "code": "ERR_TUNABLE_INVALID",
  "details": { "name": "guard", "range": "0 or 1", "value": "\\"7\\"", "current": 1 }
}`;
