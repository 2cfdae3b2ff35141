import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { Backoff } from "../host/backoff.ts";
import type { JsonObject } from "../host/json.ts";
import { PeerBudget, type PeerLimits } from "../host/peer-budget.ts";
import { asSelfballoonError } from "../host/thrown.ts";
import { QmpConnection } from "./qmp-connection.ts";
import type { QmpEvent } from "./qmp-message.ts";

/** Far above all that is asked of one machine, and the events of one with failing disks. */
const LIMITS: PeerLimits = { linesPerS: 200, linesAtOnce: 1000, bytesPerS: 524_288, bytesAtOnce: 2_097_152 };

/** What a QMP client is given. */
export interface QmpOptions {
  readonly path: string;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** How long QEMU may take for the greeting, and for each command. */
  readonly deadlineMs: number;
  /** The wait after a lost or failed connection doubles from the first to the most. */
  readonly backoffMs: { readonly first: number; readonly max: number };
  readonly onEvent: (event: QmpEvent) => void;
  /** A connection is up, the first or a later one: what was known of the machine may be outdated. */
  readonly onConnected: () => void;
}

/** What QEMU can be told to do. */
export interface QmpCommands {
  /** @returns what QEMU returned. @throws if it refuses, or does not answer. */
  execute(command: string, args: JsonObject | null): Promise<unknown>;
}

/**
 * A client of QEMU's machine protocol over one unix socket. It connects when it is first needed, and again when the
 * connection was lost, after a back-off in which every command fails at once with the reason of the loss. A command that
 * was done ends the back-off.
 */
export class QmpClient implements QmpCommands {
  private readonly options: QmpOptions;
  private readonly backoff: Backoff;
  private readonly budget: PeerBudget;
  private connecting: Promise<QmpConnection> | null = null;
  private connection: QmpConnection | null = null;
  private lastError: SelfballoonError | null = null;
  private closed = false;

  constructor(options: QmpOptions) {
    this.options = options;
    const { first, max } = options.backoffMs;
    this.backoff = new Backoff({ nowMs: options.nowMs, firstMs: first, maxMs: max });
    this.budget = new PeerBudget(LIMITS, options.nowMs);
  }

  /**
   * Have QEMU do `command`. Commands that are given in one turn of the event loop go out together.
   * @returns what QEMU returned.
   * @throws ERR_SOCKET, ERR_SOCKET_OCCUPIED or ERR_PERMISSION without a connection; ERR_COMMAND_REFUSED; ERR_DEADLINE,
   * after which the connection is made again.
   */
  async execute(command: string, args: JsonObject | null): Promise<unknown> {
    const connection = this.connection ?? (await this.connected());
    const value = await connection.execute(command, args);
    this.backoff.reset(); // not when it is connected: a machine that greets and then hangs is left alone for longer
    return value;
  }

  close(): void {
    this.closed = true;
    this.connection?.close();
    this.connection = null;
  }

  private connected(): Promise<QmpConnection> {
    const { path } = this.options;
    if (this.closed) return Promise.reject(selfballoonError("ERR_SOCKET", { path, problem: "the client was closed" }));
    if (this.backoff.waiting && this.lastError !== null) return Promise.reject(this.lastError);
    this.connecting ??= this.connect().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async connect(): Promise<QmpConnection> {
    const { path, deadlineMs, onEvent, onConnected } = this.options;
    try {
      const { budget } = this;
      const onEnd = (error: SelfballoonError): void => this.lost(error);
      const connection = await QmpConnection.open({ path, budget, deadlineMs, onEvent, onEnd });
      if (this.closed) {
        connection.close();
        throw selfballoonError("ERR_SOCKET", { path, problem: "the client was closed" });
      }
      this.connection = connection;
      onConnected();
      return connection;
    } catch (thrown) {
      this.lastError = asSelfballoonError(thrown);
      this.backoff.failed();
      throw this.lastError;
    }
  }

  private lost(error: SelfballoonError): void {
    if (this.connection === null) return; // it never was up: `connect` hears of it
    this.connection = null;
    this.lastError = error;
    this.backoff.failed();
  }
}
