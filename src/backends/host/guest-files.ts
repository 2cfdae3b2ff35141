import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import type { AgentExchange, AgentReply, AgentRequest } from "./agent-protocol.ts";
import { countField, isJsonObject, textField } from "./json.ts";
import { Rewinds, toStart } from "./rewinds.ts";
import { createSemaphore } from "./semaphore.ts";
import { hasCode } from "./thrown.ts";

/** Most that is read at a time; in base64 it stays within a line's bound. */
const PART_BYTES = 524_288;

/** So many parts make the largest file that is read: `/proc/zoneinfo` has 1.4 MiB with 768 processors. */
const MAX_PARTS = 8;

/** The agent does not have the command, or its operator forbade it. */
const COMMAND_NOT_FOUND = "CommandNotFound";

/** Before QEMU 4.2 a command that is forbidden, for good or while a backup freezes the guest, was a general error. */
const DISABLED = /\bdisabled\b/;

/** What could not be opened or read is tried again after so many readings of all files. */
const RETRY_READINGS = 8;

/** The handle of an open file, or null for one that can't be opened or read. */
type Handle = number | null;

/** A handle that can't be read: unknown to the agent, or of a file that refuses reading. */
const FAILED = Symbol("failed");

/** A file's text; null for one that is not open. */
type Content = string | typeof FAILED | null;

/** Most readings that may wait for the one before them. */
const MAX_WAITING = 8;

/**
 * Files of a guest, read through its agent on kept handles: seek to the start and read again, which costs a third of
 * opening. Handles that the agent no longer knows, because it was restarted, are opened again. Whatever fails, no handle
 * is left behind: the agent can have so many.
 */
export class GuestFiles {
  private readonly exchange: AgentExchange;
  private readonly paths: readonly string[];
  private readonly isOneByOne: boolean;
  private handles: readonly Handle[] | null = null;
  private readonly rewinds: Rewinds;
  /** Two readings at once would read each other's rest. */
  private readonly inTurn = createSemaphore(1, MAX_WAITING);
  private readingsLeft = RETRY_READINGS;

  /** @param isOneByOne as `AgentPort` has it. */
  constructor(exchange: AgentExchange, paths: readonly string[], isOneByOne = false) {
    this.isOneByOne = isOneByOne;
    this.exchange = exchange;
    this.rewinds = new Rewinds(exchange);
    this.paths = paths;
  }

  /**
   * Read the first `count` files.
   * @returns their texts, in the order of the paths; null for one that the guest does not have or does not let be read.
   * @throws ERR_COMMAND_REFUSED if the agent may not read files, which may be for the time of a backup only; ERR_FORMAT if
   * it answers nonsense, and what the exchange throws.
   */
  read(count: number): Promise<readonly (string | null)[]> {
    return this.inTurn(() => this.readNow(count));
  }

  private async readNow(count: number): Promise<readonly (string | null)[]> {
    if (count === this.paths.length) this.readingsLeft -= 1;
    try {
      if (this.handles !== null && !(await this.wasClosedToRetry())) {
        const contents = await this.readHandles(this.handles.slice(0, count));
        if (!contents.includes(FAILED)) return contents.map(textOrNull);
        await this.close();
      }
      // New numbers may mean other files than the old ones did, so all are opened again, not only those that failed.
      this.handles = await this.open();
      const contents = await this.readHandles(this.handles);
      await this.forgetFailed(this.handles, contents);
      return contents.slice(0, count).map(textOrNull);
    } catch (thrown) {
      if (hasCode(thrown, "ERR_COMMAND_REFUSED")) await this.close();
      throw thrown;
    }
  }

  /** The guest was restarted, and its handles with it. */
  forget(): void {
    this.handles = null;
    this.rewinds.forget();
  }

  /**
   * Give the handles back to the agent. One that may not close files, for now or ever, has them kept and used again.
   * @returns whether they were given back.
   */
  async close(): Promise<boolean> {
    const isClosed = await this.closeHandles(this.handles ?? []);
    if (isClosed) this.forget();
    return isClosed;
  }

  /** Whether it is time to try again what could not be opened, and the handles were given back for that. */
  private async wasClosedToRetry(): Promise<boolean> {
    if (this.readingsLeft > 0) return false;
    this.readingsLeft = RETRY_READINGS;
    return this.handles?.includes(null) === true && (await this.close());
  }

  private async forgetFailed(handles: readonly Handle[], contents: readonly Content[]): Promise<void> {
    const hasFailed = (_: Handle, index: number): boolean => contents[index] === FAILED;
    this.handles = handles.map((handle, index) => (hasFailed(handle, index) ? null : handle));
    await this.closeHandles(handles.filter(hasFailed));
  }

  /** @returns false if the agent may not close files. */
  private async closeHandles(handles: readonly Handle[]): Promise<boolean> {
    const open = handles.filter((handle) => handle !== null);
    if (open.length === 0) return true;
    const replies = await this.exchange(open.map((handle) => ({ execute: "guest-file-close", arguments: { handle } })));
    return !replies.some(isForbidden);
  }

  private async open(): Promise<readonly Handle[]> {
    this.rewinds.forget();
    const requests = this.paths.map((path) => ({ execute: "guest-file-open", arguments: { path, mode: "r" } }));
    const replies = await this.exchange(requests);
    requireAllowed(requests, replies);
    return replies.map((reply) => (reply.ok && Number.isSafeInteger(reply.value) ? Number(reply.value) : null));
  }

  private async readHandles(handles: readonly Handle[]): Promise<readonly Content[]> {
    const open = handles.filter((handle) => handle !== null);
    const requests = [...open.map(toStart), ...open.map(readPart)];
    const rewound = (await this.rewinds.take(open)) ?? [];
    const replies = [...rewound, ...(await this.exchange(requests.slice(rewound.length)))];
    requireAllowed(requests, replies);
    const contents = new Map<number, Content>();
    for (const [index, handle] of open.entries())
      contents.set(handle, await this.readRest(handle, replies[index], replies[open.length + index]));
    if (this.isOneByOne) this.rewinds.begin(open);
    return handles.map((handle) => (handle === null ? null : (contents.get(handle) ?? null)));
  }

  /** What is larger than one part is read on where the part ended. */
  private async readRest(
    handle: number,
    seek: AgentReply | undefined,
    first: AgentReply | undefined,
  ): Promise<Content> {
    if (!seek?.ok) return FAILED;
    let text = "";
    let reply = first;
    for (let parts = 1; ; parts += 1) {
      if (!reply?.ok) return FAILED;
      const part = partOf(reply.value);
      text += part.text;
      if (part.isLast) return text;
      if (parts === MAX_PARTS) return FAILED;
      [reply] = await this.exchange([readPart(handle)]);
    }
  }
}

function textOrNull(content: Content): string | null {
  return typeof content === "string" ? content : null;
}

function readPart(handle: number): AgentRequest {
  return { execute: "guest-file-read", arguments: { handle, count: PART_BYTES } };
}

/** A part that is no whole one and not the last was cut short. */
function partOf(value: unknown): { readonly text: string; readonly isLast: boolean } {
  const content = isJsonObject(value) ? value : {};
  const base64 = textField(content, "buf-b64");
  const count = countField(content, "count");
  const isLast = content["eof"] === true;
  if (base64 === null || count === null || (!isLast && count !== PART_BYTES)) throw nonsense();
  const text = Buffer.from(base64, "base64").toString("latin1"); // files of /proc are ASCII
  if (text.length !== count || count > PART_BYTES) throw nonsense();
  return { text, isLast };
}

function nonsense(): SelfballoonError {
  const expected = `a file in base64, in whole parts of ${PART_BYTES} bytes up to the last`;
  return selfballoonError("ERR_FORMAT", { what: "guest-file-read", expected, problem: "it does not" });
}

/** @throws ERR_COMMAND_REFUSED for the first of `requests` that the agent may not obey. */
function requireAllowed(requests: readonly AgentRequest[], replies: readonly AgentReply[]): void {
  for (const [index, reply] of replies.entries()) {
    if (!isForbidden(reply)) continue;
    const command = requests[index]?.execute ?? "a command";
    throw selfballoonError("ERR_COMMAND_REFUSED", { what: "the guest agent", command, problem: reply.problem });
  }
}

function isForbidden(reply: AgentReply): reply is AgentReply & { readonly ok: false } {
  return !reply.ok && (reply.errorClass === COMMAND_NOT_FOUND || DISABLED.test(reply.problem));
}
