import { hostname } from "node:os";
import type { NotifySection } from "../config/load.ts";
import { ALL_GUESTS } from "../core/all-guests.ts";
import { selfballoonError } from "../core/errors.ts";
import type { NoticeCode } from "../core/notices.ts";
import { FaultNews } from "../daemon/fault-news.ts";
import type { Journal } from "../daemon/journal.ts";
import { StepNews } from "../daemon/step-news.ts";
import { createCommand } from "../notify/command.ts";
import { isChosen } from "../notify/message.ts";
import { Outbox, type Send } from "../notify/outbox.ts";
import { createWebhook } from "../notify/webhook.ts";
import { realClock } from "../time/clock.ts";
import { addFault } from "./add-fault.ts";

/** Have whom the operator named told of what happens. @returns how to end that. */
export function notifyOf({ command, webhook, ...choice }: NotifySection, journal: Journal): () => Promise<void> {
  const outboxes = [
    ...(command === null ? [] : [outboxFor("[notify] command", createCommand(command), journal)]),
    ...(webhook === null ? [] : [outboxFor("[notify] webhook", createWebhook(webhook), journal)]),
  ];
  const news = new StepNews();
  const faultNews = new FaultNews();
  const stop = journal.subscribe((record) => {
    if (record.kind === "step" && !news.take(record)) return;
    if (record.kind === "fault" && faultNews.take(record) === null) return;
    if (isChosen(record, choice)) for (const outbox of outboxes) outbox.add(record);
  });
  return async () => {
    stop();
    await Promise.all(outboxes.map((outbox) => outbox.close()));
  };
}

function outboxFor(what: string, send: Send, journal: Journal): Outbox {
  const notice = (code: NoticeCode, details: Readonly<Record<string, number>>): void =>
    void journal.add({ kind: "notice", guest: ALL_GUESTS, notice: { code, details } });
  return new Outbox({
    what,
    send,
    clock: realClock,
    host: hostname(),
    onFailed: (because) => addFault(journal, selfballoonError("ERR_NOTIFY", { what, problem: because })),
    onBack: (failed) => notice("notify_back", { failed }),
    onDropped: (dropped) => notice("notify_dropped", { dropped }),
  });
}
