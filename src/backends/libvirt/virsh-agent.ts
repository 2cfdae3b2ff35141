import { selfballoonError } from "../../core/errors.ts";
import { type AgentReply, type AgentRequest, parseAgentReply } from "../host/agent-protocol.ts";
import { oneLine } from "../host/json.ts";
import { agentRefusal } from "./agent-refusal.ts";
import type { VirshOutput } from "./virsh.ts";

/** Seconds that libvirt waits for one reply. */
const TIMEOUT_S = 1;

/** Printed after each reply, because a command that failed prints nothing. No base64 holds it. */
const MARK = "selfballoon-next";

/**
 * The requests of an exchange in virsh's own command language, commands between semicolons and words in quotes: one
 * virsh costs 20 to 30 ms, whatever it does.
 */
export function agentScript(uuid: string, requests: readonly AgentRequest[]): string {
  const command = `qemu-agent-command --timeout ${TIMEOUT_S} --domain ${uuid} --cmd`;
  return requests.map((request) => `${command} ${quote(JSON.stringify(request))}; echo ${MARK}`).join("; ");
}

/** A word in double quotes, in which virsh takes the next character after a backslash as it is. */
function quote(word: string): string {
  return `"${word.replace(/[\\"]/g, "\\$&")}"`;
}

/**
 * The replies to `count` requests, as virsh printed them.
 * @throws ERR_VIRSH if the agent was not reached.
 */
export function parseAgentReplies({ stdout, stderr }: VirshOutput, count: number): readonly AgentReply[] {
  const parts = stdout.split(MARK).slice(0, -1);
  const replies = parts.map((part) => parseAgentReply(part.trim()));
  const problem = oneLine(stderr.trim().replace(/^error: /, ""));
  const refusal = agentRefusal(stderr);
  const reached = replies.some((reply) => reply !== null) || refusal !== null;
  if (parts.length !== count || !reached) {
    throw selfballoonError("ERR_VIRSH", { command: "qemu-agent-command", problem: problem || "it said nothing" });
  }
  return replies.map((reply) => reply ?? { ok: false, errorClass: "GenericError", ...refusal, problem });
}
