import { createApi } from "../../src/api/api.ts";
import type { HistoryPort } from "../../src/core/history.ts";
import { PageAnswerer } from "../../src/fleet/answer-pages.ts";
import type { PageAsker } from "../../src/fleet/service/host-pages.ts";
import { ScriptedControl } from "./control.ts";
import { guestStatus, stepRecord } from "./guest-records.ts";

const EMPTY_HISTORY: HistoryPort = {
  read: ({ guest }) => Promise.resolve({ guest, keptFromMs: 0, complete: true, points: [] }),
};

/** A daemon's control port with the guest `web`, which has had a step. */
export function controlOfWeb(): ScriptedControl {
  const control = new ScriptedControl();
  control.statuses.set("web", guestStatus("web"));
  control.journal.add(stepRecord("web"));
  return control;
}

/** Asks hosts that all have the guest `web`, with nothing in between. */
export function pageAsker(control = controlOfWeb()): PageAsker {
  const api = createApi(control, "1.2.3", { history: EMPTY_HISTORY });
  return (host, question) => new PageAnswerer(api, host, () => 0).answer(question, 1_000_000);
}
