import type { AgentReply, AgentRequest } from "./agent-protocol.ts";
import type { AgentPort } from "./agent-source.ts";
import { type GuestSystem, parseGuestSystem } from "./guest-system.ts";
import { isJsonObject, textField } from "./json.ts";
import { asSelfballoonError } from "./thrown.ts";

/** What a guest's agent says of itself. */
export type AgentFacts =
  | {
      readonly answers: false;
      /** Whether it is known by which socket it may be asked. */
      readonly isFound: boolean;
    }
  | {
      readonly answers: true;
      /** Those of the commands that reading files takes which it may not do, or does not have. */
      readonly blocked: readonly string[];
      /** Whether it keeps the guest's filesystems frozen, as for a backup; it does next to nothing meanwhile. */
      readonly isFrozen: boolean;
      /** Null if it does not say. */
      readonly system: GuestSystem | null;
    };

type Refusal = AgentReply & { readonly ok: false };

const NO_AGENT: AgentFacts = { answers: false, isFound: true };

/** What reading files takes. */
const FILE_COMMANDS = ["guest-file-open", "guest-file-seek", "guest-file-read", "guest-file-close"];

/** An agent's words for a command that it may not do: before QEMU 4.2 they came with the class GenericError. */
const REFUSED = /has been disabled|is not allowed|has not been found/i;

/** Ask an agent what it may do and where it runs; the port is closed after it. */
export async function examineAgent(port: AgentPort): Promise<AgentFacts> {
  try {
    const [info, system, freeze] = await port.exchange(
      ["guest-info", "guest-get-osinfo", "guest-fsfreeze-status"].map((name) => request(name)),
    );
    return {
      answers: true,
      blocked: blockedBy(info) ?? (await blockedByTrying(port)),
      isFrozen: freeze?.ok === true && freeze.value === "frozen",
      system: system?.ok === true ? parseGuestSystem(system.value) : null,
    };
  } catch (thrown) {
    asSelfballoonError(thrown); // a bug is reported
    return NO_AGENT;
  } finally {
    port.close();
  }
}

function request(execute: string, args: AgentRequest["arguments"] = {}): AgentRequest {
  return { execute, arguments: args };
}

/** By the agent's own list; null if it may not even show that. */
function blockedBy(info: AgentReply | undefined): readonly string[] | null {
  const commands = info?.ok === true && isJsonObject(info.value) ? info.value["supported_commands"] : null;
  if (!Array.isArray(commands)) return null;
  const enabled = commands.filter((command) => isJsonObject(command) && command["enabled"] !== false);
  const names = new Set(enabled.map((command) => textField(command, "name")));
  return FILE_COMMANDS.filter((name) => !names.has(name));
}

/**
 * With a handle that no file has, a command that is allowed fails in other words than one that is not. One at a time: of
 * several that failed, libvirt does not say which said what.
 */
async function blockedByTrying(port: AgentPort): Promise<readonly string[]> {
  const handle = -1;
  const tries = [
    request("guest-file-open", { path: "/proc/selfballoon-is-not-there", mode: "r" }),
    request("guest-file-seek", { handle, offset: 0, whence: 0 }),
    request("guest-file-read", { handle, count: 1 }),
    request("guest-file-close", { handle }),
  ];
  const blocked: string[] = [];
  for (const attempt of tries) {
    const [reply] = await port.exchange([attempt]);
    if (reply?.ok === false && isRefusal(reply, attempt.execute)) blocked.push(attempt.execute);
  }
  return blocked;
}

function isRefusal({ errorClass, problem }: Refusal, command: string): boolean {
  return errorClass === "CommandNotFound" || (problem.includes(command) && REFUSED.test(problem));
}
