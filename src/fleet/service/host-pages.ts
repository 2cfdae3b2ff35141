import { findRoute } from "../../api/routes.ts";
import { misfit } from "../../api/schemas.ts";
import { selfballoonError } from "../../core/errors.ts";
import type { FleetView } from "../fleet-view.ts";
import { isShortQuestion, type PageQuestion, pageAnswerIn } from "../page-wire.ts";

/** A host that has not answered by then is not waited for. */
const DEADLINE_MS = 6000;

/** Questions that are under way at a time, in all and to one host. */
const MAX_UNDER_WAY = 64;
const MAX_TO_ONE = 16;

/** Asks a host. @returns what it said, or in a few words why nothing came. */
export type PageAsker = (host: string, question: PageQuestion, deadlineMs: number) => Promise<Uint8Array | string>;

/**
 * What the pages of hosts show, asked of each host as somebody looks. What a host says is untrusted: it must be what the route
 * of that path gives, and whatever is wrong with it is a matter of that host alone.
 */
export class HostPages {
  private readonly view: FleetView;
  private readonly ask: PageAsker;
  private readonly underWay = new Map<string, { readonly host: string; readonly answer: Promise<unknown> }>();

  constructor(view: FleetView, ask: PageAsker) {
    this.view = view;
    this.ask = ask;
  }

  /**
   * What `host` answers at `path` of its API; asked once for all who want it meanwhile.
   * @throws ERR_HOST_ABSENT, ERR_TOO_MANY, ERR_HOST_SILENT, ERR_HOST_OLD, ERR_HOST_REFUSED, ERR_HOST_ANSWER.
   */
  async read(host: string, question: PageQuestion): Promise<unknown> {
    if (this.view.host(host) === null) throw selfballoonError("ERR_HOST_ABSENT", { host });
    if (!isShortQuestion(question))
      throw selfballoonError("ERR_ROUTE_UNKNOWN", { method: "GET", path: question.path.slice(0, 128) });
    const key = `${host} ${question.path}?${question.query}`;
    const known = this.underWay.get(key);
    if (known !== undefined) return await known.answer;
    this.admit(host);
    const answer = this.readNow(host, question).finally(() => this.underWay.delete(key));
    this.underWay.set(key, { host, answer });
    return await answer;
  }

  /** @throws ERR_TOO_MANY. */
  private admit(host: string): void {
    const toOne = [...this.underWay.values()].filter((one) => one.host === host).length;
    if (toOne >= MAX_TO_ONE)
      throw selfballoonError("ERR_TOO_MANY", { limit: MAX_TO_ONE, what: "questions to a host at a time" });
    if (this.underWay.size >= MAX_UNDER_WAY)
      throw selfballoonError("ERR_TOO_MANY", { limit: MAX_UNDER_WAY, what: "questions to hosts at a time" });
  }

  private async readNow(host: string, question: PageQuestion): Promise<unknown> {
    const said = await this.ask(host, question, DEADLINE_MS);
    if (typeof said === "string") {
      const details = { host, deadlineS: DEADLINE_MS / 1000, problem: said, seen: this.seen(host) };
      throw selfballoonError("ERR_HOST_SILENT", details);
    }
    const answer = await pageAnswerIn(host, said);
    if (answer.is === "old") throw selfballoonError("ERR_HOST_OLD", { host });
    if (answer.is === "refused") throw selfballoonError("ERR_HOST_REFUSED", { host, problem: answer.problem });
    if (answer.is === "unfit") throw selfballoonError("ERR_HOST_ANSWER", { host, problem: answer.problem });
    const { gives } = findRoute("GET", question.path).route;
    const problem = gives === null ? "it has no form" : misfit(gives, answer.body);
    if (problem !== null) throw selfballoonError("ERR_HOST_ANSWER", { host, problem });
    return answer.body;
  }

  /** When it last said how it stands. */
  private seen(host: string): string {
    const ageMs = this.view.host(host)?.ageMs ?? null;
    return ageMs === null
      ? "it never said how it stands"
      : `it last said how it stands ${Math.round(ageMs / 1000)} s ago`;
  }
}
