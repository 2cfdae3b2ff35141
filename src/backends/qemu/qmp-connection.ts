import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import type { JsonObject } from "../host/json.ts";
import type { PeerBudget } from "../host/peer-budget.ts";
import { LineSocket } from "./line-socket.ts";
import { parseQmpMessage, type QmpEvent, type QmpMessage } from "./qmp-message.ts";

/** The greeting is waited for like a reply, under an id that no command has. */
const GREETING_ID = 0;

/** Longest line that is taken: a list of all devices of a large machine stays far below. */
const MAX_LINE_BYTES = 262_144;

export interface QmpConnectionOptions {
  readonly path: string;
  readonly budget: PeerBudget;
  /** How long QEMU may take for the greeting, and for each command. */
  readonly deadlineMs: number;
  readonly onEvent: (event: QmpEvent) => void;
  /** The connection ended by itself. */
  readonly onEnd: (error: SelfballoonError) => void;
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SelfballoonError) => void;
}

/** One connection to QEMU's monitor, from the greeting to its end. */
export class QmpConnection {
  private readonly options: QmpConnectionOptions;
  private readonly socket: LineSocket;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = GREETING_ID;
  private timer: NodeJS.Timeout | undefined;

  private constructor(options: QmpConnectionOptions, socket: LineSocket) {
    this.options = options;
    this.socket = socket;
    socket.listen({
      onLine: (line) => this.take(line),
      onEnd: (error) => this.end(error),
    });
  }

  /**
   * Connect, wait for the greeting, and leave the negotiation mode.
   * @throws ERR_SOCKET, ERR_PERMISSION; ERR_SOCKET_OCCUPIED if the greeting does not come: QEMU serves one client a
   * socket, and a second one is accepted and hears nothing.
   */
  static async open(options: QmpConnectionOptions): Promise<QmpConnection> {
    const { path, budget } = options;
    const socket = await LineSocket.connect({ path, budget, maxLineBytes: MAX_LINE_BYTES });
    const connection = new QmpConnection(options, socket);
    try {
      await connection.reply(GREETING_ID, "greeting");
      await connection.execute("qmp_capabilities", null);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * Have QEMU do `command`.
   * @throws ERR_COMMAND_REFUSED; ERR_SOCKET if the connection ends; ERR_DEADLINE, which ends it.
   */
  execute(command: string, args: JsonObject | null): Promise<unknown> {
    this.lastId += 1;
    const id = this.lastId;
    this.socket.send(
      `${JSON.stringify(args === null ? { execute: command, id } : { execute: command, arguments: args, id })}\n`,
    );
    return this.reply(id, command);
  }

  close(): void {
    this.socket.close();
    this.rejectAll(selfballoonError("ERR_SOCKET", { path: this.options.path, problem: "the client was closed" }));
  }

  /** One timer watches all that is waited for: QEMU works on one command after the other. */
  private reply(id: number, command: string): Promise<unknown> {
    if (this.waiting.size === 0) this.timer = setTimeout(() => this.end(this.silence()), this.options.deadlineMs);
    return new Promise((resolve, reject) => this.waiting.set(id, { command, resolve, reject }));
  }

  /** Who waits for `id`, if anybody does: QEMU may answer what was never asked. */
  private answered(id: unknown): Waiting | undefined {
    const waiter = typeof id === "number" ? this.waiting.get(id) : undefined;
    if (waiter === undefined) return undefined;
    this.waiting.delete(Number(id));
    if (this.waiting.size === 0) clearTimeout(this.timer);
    else this.timer?.refresh();
    return waiter;
  }

  private silence(): SelfballoonError {
    const { path, deadlineMs } = this.options;
    const [first] = this.waiting.entries();
    if (first?.[0] === GREETING_ID) return selfballoonError("ERR_SOCKET_OCCUPIED", { path, deadlineMs });
    return selfballoonError("ERR_DEADLINE", { what: `${path}: ${first?.[1].command ?? ""}`, deadlineMs });
  }

  private take(line: string): void {
    const message = parseQmpMessage(line);
    if (message !== null && this.dispatch(message)) return;
    const problem = `it says ${JSON.stringify(line.slice(0, 60))}, which answers nothing`;
    this.end(selfballoonError("ERR_SOCKET", { path: this.options.path, problem }));
  }

  /** Hand a message to whom it concerns. False: an answer without an id, because QEMU could not read what we said. */
  private dispatch(message: QmpMessage): boolean {
    if (message.kind === "event") this.options.onEvent(message.event);
    else if (message.kind === "greeting") this.answered(GREETING_ID)?.resolve(null);
    else return this.answer(message);
    return true;
  }

  private answer(message: QmpMessage & { readonly kind: "reply" | "refusal" }): boolean {
    if (message.id === undefined) return false;
    const waiter = this.answered(message.id);
    if (message.kind === "reply") waiter?.resolve(message.value);
    else waiter?.reject(this.refused(waiter.command, message));
    return true;
  }

  private refused(command: string, refusal: QmpMessage & { readonly kind: "refusal" }): SelfballoonError {
    const { errorClass, problem } = refusal;
    return selfballoonError("ERR_COMMAND_REFUSED", { what: this.options.path, command, errorClass, problem });
  }

  private end(error: SelfballoonError): void {
    this.socket.close();
    this.rejectAll(error);
    this.options.onEnd(error);
  }

  private rejectAll(error: SelfballoonError): void {
    clearTimeout(this.timer);
    for (const waiter of this.waiting.values()) waiter.reject(error);
    this.waiting.clear();
  }
}
