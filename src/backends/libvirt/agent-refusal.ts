import type { AgentReply } from "../host/agent-protocol.ts";

/** libvirt's words for an agent that answered, but with an error. */
const AGENT_REFUSED = /unable to execute QEMU agent command|has been disabled/;

/** The agent's words for a command that it lacks or may not do. */
const NO_COMMAND = /command \S+ has (?:been disabled|not been found)/i;

/** The agent's error that libvirt's error `problem` stands for; null if the agent was not reached. */
export function agentRefusal(problem: string): AgentReply | null {
  if (!AGENT_REFUSED.test(problem)) return null;
  return { ok: false, errorClass: NO_COMMAND.test(problem) ? "CommandNotFound" : "GenericError", problem };
}
