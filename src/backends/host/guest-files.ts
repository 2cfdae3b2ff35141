import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import type { AgentExchange, AgentReply, AgentRequest } from "./agent-protocol.ts";
import { countField, isJsonObject, textField } from "./json.ts";

/** Most that is read of one file; in base64 it stays within a line's bound. */
const MAX_FILE_BYTES = 524_288;

/** The agent does not have the command, or its operator forbade it. */
const COMMAND_NOT_FOUND = "CommandNotFound";

/** The handle of an open file, or null for one that can't be opened. */
type Handle = number | null;

/** A handle that can't be read: unknown to the agent, or of a file that refuses reading. */
const FAILED = Symbol("failed");

/** A file's text; null for one that is not open. */
type Content = string | typeof FAILED | null;

/**
 * Files of a guest, read through its agent on kept handles: seek to the start and read again, which costs a third of
 * opening. Handles that the agent no longer knows, because it was restarted, are opened anew.
 */
export class GuestFiles {
  private readonly exchange: AgentExchange;
  private readonly paths: readonly string[];
  private handles: readonly Handle[] | null = null;

  constructor(exchange: AgentExchange, paths: readonly string[]) {
    this.exchange = exchange;
    this.paths = paths;
  }

  /**
   * Read the first `count` files.
   * @returns their texts, in the order of the paths; null for one that the guest does not have or does not let be read.
   * @throws ERR_COMMAND_REFUSED if the agent may not read files, ERR_FORMAT if it answers nonsense, and what the
   * exchange throws.
   */
  async read(count: number): Promise<readonly (string | null)[]> {
    const kept = this.handles;
    if (kept !== null) {
      const contents = await this.readHandles(kept.slice(0, count));
      if (!contents.includes(FAILED)) return contents.map(textOrNull);
    }
    // New numbers may mean other files than the old ones did, so all are opened again, not only those that failed.
    await this.close();
    const opened = await this.open();
    const contents = await this.readHandles(opened.slice(0, count));
    this.handles = opened.map((handle, index) => (contents[index] === FAILED ? null : handle));
    return contents.map(textOrNull);
  }

  /** The guest was restarted, and its handles are gone. */
  forget(): void {
    this.handles = null;
  }

  /** Give the handles back to the agent. */
  async close(): Promise<void> {
    const handles = (this.handles ?? []).filter((handle) => handle !== null);
    this.handles = null;
    if (handles.length === 0) return;
    await this.exchange(handles.map((handle) => ({ execute: "guest-file-close", arguments: { handle } })));
  }

  private async open(): Promise<readonly Handle[]> {
    const requests = this.paths.map((path) => ({ execute: "guest-file-open", arguments: { path, mode: "r" } }));
    const replies = await this.exchange(requests);
    return replies.map((reply) => {
      if (!reply.ok && reply.errorClass === COMMAND_NOT_FOUND) throw refused(reply.problem);
      return reply.ok && Number.isSafeInteger(reply.value) ? Number(reply.value) : null;
    });
  }

  private async readHandles(handles: readonly Handle[]): Promise<readonly Content[]> {
    const open = handles.filter((handle) => handle !== null);
    const replies = await this.exchange(open.flatMap(seekAndRead));
    let next = 0;
    return handles.map((handle) => {
      if (handle === null) return null;
      next += 2;
      return contentOf(replies[next - 2], replies[next - 1]);
    });
  }
}

function textOrNull(content: Content): string | null {
  return typeof content === "string" ? content : null;
}

function seekAndRead(handle: number): readonly AgentRequest[] {
  return [
    { execute: "guest-file-seek", arguments: { handle, offset: 0, whence: 0 } },
    { execute: "guest-file-read", arguments: { handle, count: MAX_FILE_BYTES } },
  ];
}

function contentOf(seek: AgentReply | undefined, read: AgentReply | undefined): Content {
  if (!seek?.ok || !read?.ok) return FAILED;
  const content = isJsonObject(read.value) ? read.value : {};
  const base64 = textField(content, "buf-b64");
  const count = countField(content, "count");
  if (base64 === null || count === null || content["eof"] !== true) throw nonsense();
  const text = Buffer.from(base64, "base64").toString("latin1"); // files of /proc are ASCII
  if (text.length !== count) throw nonsense();
  return text;
}

function nonsense(): SelfballoonError {
  const expected = `the whole of a file of at most ${MAX_FILE_BYTES} bytes in base64`;
  return selfballoonError("ERR_FORMAT", { what: "guest-file-read", expected, problem: "it does not" });
}

function refused(problem: string): SelfballoonError {
  return selfballoonError("ERR_COMMAND_REFUSED", { what: "the guest agent", command: "guest-file-open", problem });
}
