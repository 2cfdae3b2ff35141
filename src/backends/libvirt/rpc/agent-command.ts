import type { AgentReply, AgentRequest } from "../../host/agent-protocol.ts";
import { parseAgentReply } from "../../host/agent-protocol.ts";
import { hasCode } from "../../host/thrown.ts";
import { agentRefusal } from "../agent-refusal.ts";
import type { AgentCall } from "../libvirt.ts";
import { PROCEDURES } from "./procedures.ts";
import type { RpcSession } from "./session.ts";
import { domainArgument, readString } from "./values.ts";
import type { XdrReader } from "./xdr-reader.ts";

/** Seconds that libvirt waits for one reply. */
const TIMEOUT_S = 1;

/** One request after the other: libvirt does not keep the order of those that it is given together. */
export async function askAgent(
  session: RpcSession,
  uuid: string,
  requests: readonly AgentRequest[],
  { deadlineMs, cancellation }: AgentCall,
): Promise<readonly AgentReply[]> {
  const replies: AgentReply[] = [];
  for (const request of requests) {
    const args = domainArgument(uuid).string(JSON.stringify(request)).int(TIMEOUT_S).uint(0).bytes();
    const call = { procedure: PROCEDURES.agentCommand, args, read: readReply, deadlineMs };
    // What has begun is not given up half-way, but at its deadline.
    replies.push(await session.call(replies.length === 0 ? { ...call, cancellation } : call).catch(refusal));
  }
  return replies;
}

function readReply(reader: XdrReader): AgentReply {
  const line = reader.optional(() => readString(reader)) ?? "";
  return parseAgentReply(line.trim()) ?? { ok: false, errorClass: "GenericError", problem: "its reply is no JSON" };
}

/** An agent that answered with an error was reached. */
function refusal(thrown: unknown): AgentReply {
  const reply = hasCode(thrown, "ERR_LIBVIRT") ? agentRefusal(String(thrown.details["problem"])) : null;
  if (reply === null) throw thrown;
  return reply;
}
