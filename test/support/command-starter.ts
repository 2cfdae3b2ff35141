// Starts a program for a message at once, and again when this process may open no more files; says what became of each.
import { openSync } from "node:fs";
import { createCommand } from "../../src/notify/command.ts";
import { messageOf } from "../../src/notify/message.ts";

const send = createCommand(["true"]);
const message = messageOf({ kind: "pause", guest: "web", paused: true, released: false, seq: 1, atMs: 0 }, "host", 0);

/** Ends only because the process may open few. */
function openAll(): void {
  try {
    for (;;) openSync("/dev/null", "r");
  } catch {
    // No more can be opened.
  }
}

async function tell(): Promise<void> {
  try {
    await send(message, new AbortController().signal);
    console.log("taken");
  } catch (thrown) {
    console.log(`failed: ${String(thrown)}`);
  }
}

process.on("uncaughtException", (thrown) => console.log(`uncaught: ${String(thrown)}`));
await tell();
openAll();
await tell();
