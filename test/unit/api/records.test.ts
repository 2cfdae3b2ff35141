import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { answerRequest } from "../../../src/api/routes.ts";
import { toldRecord } from "../../../src/core/severity.ts";
import { ScriptedControl } from "../../support/control.ts";
import { faultRecord, stepRecord } from "../../support/guest-records.ts";

function ask(query: string) {
  const control = new ScriptedControl();
  control.journal.add(stepRecord("web"));
  control.journal.add(faultRecord("web", "late"));
  const request = {
    method: "GET",
    path: "/v1/records",
    query: new URLSearchParams(query),
    body: "",
    privileged: false,
  };
  return { control, answer: answerRequest(createApi(control, "1.2.3"), request) };
}

describe("the journal's records as a document", () => {
  it("are those that the stream tells, all of them or what came after one", async () => {
    const { control, answer } = ask("");
    expect(await answer).toEqual({ lastSeq: 2, records: control.journalAfter(0).map(toldRecord) });
    expect(await ask("after=1").answer).toMatchObject({ records: [{ seq: 2, kind: "fault", severity: "warning" }] });
    expect(await ask("after=2").answer).toEqual({ lastSeq: 2, records: [] });
  });

  it.each(["-1", "x", "1e3", "9999999999999999"])("are not told after %s", async (after) => {
    await expect(ask(`after=${after}`).answer).rejects.toMatchObject({ code: "ERR_QUERY_INVALID" });
  });
});
