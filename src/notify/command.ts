import { type ChildProcess, spawn } from "node:child_process";
import { SENTENCE_LENGTH } from "../core/shown-text.ts";
import { endOf } from "../machine/tools.ts";
import type { Message } from "./message.ts";
import type { Send } from "./outbox.ts";

/**
 * Starts a program for each message, which gets it on standard input, as a line of JSON, and what scripts ask for most in its
 * environment. No shell is asked, and nothing of a message is an argument. Of the daemon's environment it has PATH alone, so
 * that it can't speak to systemd in the daemon's name.
 */
export function createCommand([program = "", ...args]: readonly string[]): Send {
  return async (message, cancellation) => {
    // In a group of its own: what it started itself ends with it.
    const child: ChildProcess = spawn(program, args, {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...environmentOf(message) },
    });
    const ended = endOf(child);
    const end = (): void => endGroup(child);
    cancellation.addEventListener("abort", end, { once: true });
    // There is none where no descriptor was left for it. Whether it reads is its own business.
    child.stdin?.on("error", () => {}).end(`${message.json}\n`);
    const problem = await ended;
    cancellation.removeEventListener("abort", end);
    if (problem !== null) throw new Error(problem);
  };
}

function environmentOf({ record, severity, guest, text }: Message): Readonly<Record<string, string>> {
  return {
    SELFBALLOON_KIND: record.kind,
    SELFBALLOON_SEVERITY: severity,
    SELFBALLOON_GUEST: guest,
    SELFBALLOON_TEXT: text.slice(0, SENTENCE_LENGTH),
  };
}

function endGroup({ pid, stderr }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
  stderr?.destroy(); // one that left the group may hold it open
}
