import { isJsonObject, type JsonObject, oneLine, parseJsonObject, textField } from "../host/json.ts";

/** Something that happened in QEMU. */
export interface QmpEvent {
  readonly name: string;
  readonly data: JsonObject;
}

/** One message of QEMU's (QEMU, docs/interop/qmp-spec). */
export type QmpMessage =
  | { readonly kind: "greeting" }
  | { readonly kind: "reply"; readonly id: unknown; readonly value: unknown }
  | { readonly kind: "refusal"; readonly id: unknown; readonly errorClass: string; readonly problem: string }
  | { readonly kind: "event"; readonly event: QmpEvent };

/** What the line says, or null if it is no QMP. */
export function parseQmpMessage(line: string): QmpMessage | null {
  const message = parseJsonObject(line);
  if (message === null) return null;
  if ("return" in message) return { kind: "reply", id: message["id"], value: message["return"] };
  if (isJsonObject(message["error"])) return refusal(message["id"], message["error"]);
  if (isJsonObject(message["QMP"])) return { kind: "greeting" };
  const name = textField(message, "event");
  if (name === null) return null;
  return { kind: "event", event: { name, data: isJsonObject(message["data"]) ? message["data"] : {} } };
}

function refusal(id: unknown, error: JsonObject): QmpMessage {
  const errorClass = oneLine(textField(error, "class") ?? "");
  return { kind: "refusal", id, errorClass, problem: oneLine(textField(error, "desc") ?? "no reason given") };
}
