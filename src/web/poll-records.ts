import type { RecordsAnswer } from "../api/answers.ts";
import { ask, type Follower } from "./daemon.ts";
import { isShownKind } from "./event-kinds.ts";
import { everyWhileSeen } from "./while-seen.ts";

/** What is new is asked for so often. */
const READ_MS = 2000;

/** Follow the journal after record `after` by asking for what is new, where no stream leads to the daemon. @returns how to stop. */
export function pollRecords(after: number, on: Follower): () => void {
  let last = after;
  let isBusy = false;
  let isOver = false;
  const read = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    const answer = await ask<RecordsAnswer>("GET", `/v1/records?after=${last}`);
    isBusy = false;
    if (isOver) return;
    if (!answer.ok) return on.lost();
    on.open();
    const { lastSeq, records } = answer.body;
    for (const record of records) if (isShownKind(record.kind)) on.record(record);
    // A daemon that was started again counts from 1 again.
    last = lastSeq < last ? 0 : lastSeq;
  };
  void read();
  const stop = everyWhileSeen(READ_MS, () => void read());
  return () => {
    isOver = true;
    stop();
  };
}
