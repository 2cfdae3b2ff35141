import { isJsonObject, type JsonObject, oneLine, parseJsonObject, textField } from "./json.ts";

/** One command for the guest agent (QEMU, docs/interop/qemu-ga-ref). */
export interface AgentRequest {
  readonly execute: string;
  readonly arguments: JsonObject;
}

/** The agent's answer to one command. */
export type AgentReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorClass: string; readonly problem: string };

/**
 * A way to a guest's agent: give it some requests, get one reply for each, in order. The agent works on one request at
 * a time and its replies carry no ids, so exchanges never overlap.
 * @throws if the agent does not answer to all of them.
 */
export type AgentExchange = (requests: readonly AgentRequest[]) => Promise<readonly AgentReply[]>;

/** What the line says, or null if it is no reply. */
export function parseAgentReply(line: string): AgentReply | null {
  const message = parseJsonObject(line);
  if (message === null) return null;
  if ("return" in message) return { ok: true, value: message["return"] };
  const error = message["error"];
  if (!isJsonObject(error)) return null;
  const errorClass = oneLine(textField(error, "class") ?? "");
  return { ok: false, errorClass, problem: oneLine(textField(error, "desc") ?? "no reason given") };
}
