import type { Cancellation } from "../../../core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../../core/errors.ts";
import { Backoff } from "../../host/backoff.ts";
import { PeerBudget } from "../../host/peer-budget.ts";
import { createSemaphore } from "../../host/semaphore.ts";
import { asSelfballoonError } from "../../host/thrown.ts";
import { RpcConnection, type RpcListener } from "./connection.ts";
import type { RpcLimits } from "./limits.ts";
import { PROCEDURES, type Procedure } from "./procedures.ts";
import { readAuthTypes } from "./values.ts";
import type { XdrReader } from "./xdr-reader.ts";
import { XdrWriter } from "./xdr-writer.ts";

/** libvirt works on five calls of a client at a time (max_client_requests), and one of them may be late. */
const MAX_IN_FLIGHT = 4;

/** Most calls that may wait for their turn. */
const MAX_WAITING = 512;

/** How long libvirt may take to hear that this is the end. */
const CLOSE_MS = 1000;

const BACKOFF_MS = { firstMs: 1000, maxMs: 10_000 };

/** remote_auth_type: none is needed, or polkit's word for our process. */
const AUTH_NONE = 0;
const AUTH_POLKIT = 2;

export interface RpcSessionOptions {
  /** Sockets that may lead to the daemon, the best one first. */
  readonly paths: readonly string[];
  /** What the daemon may say over one connection. */
  readonly limits: RpcLimits;
  /** What is opened there, such as `qemu:///system`. */
  readonly name: string;
  /** How long libvirt may take for one call, and for all that makes a connection. */
  readonly deadlineMs: number;
  readonly nowMs: () => number;
  readonly onEvent: (message: XdrReader) => void;
  /** A new connection is open: what holds for one connection only must be asked for again. */
  readonly onOpen: (connection: RpcConnection, deadlineMs: number) => Promise<void>;
}

/** How one call is made. */
export interface RpcCall<T> {
  readonly procedure: Procedure;
  readonly args: Buffer;
  readonly read: (reader: XdrReader) => T;
  /** How long it may take, asked when it begins, if that is less than any may. */
  readonly deadlineMs?: () => number;
  /** When this aborts before the call has begun, it never will be. */
  readonly cancellation?: Cancellation;
}

/** Calls to libvirt's daemon over one connection, which is made again when it has ended, after growing waits. */
export class RpcSession {
  private readonly options: RpcSessionOptions;
  private readonly inFlight = createSemaphore(MAX_IN_FLIGHT, MAX_WAITING);
  private readonly backoff: Backoff;
  private readonly budget: PeerBudget;
  private connection: Promise<RpcConnection> | null = null;
  /** Of the last connection, if that failed. */
  private lastError: SelfballoonError | null = null;
  private isClosed = false;

  constructor(options: RpcSessionOptions) {
    this.options = options;
    this.budget = new PeerBudget(options.limits, options.nowMs);
    this.backoff = new Backoff({ nowMs: options.nowMs, ...BACKOFF_MS });
  }

  /** @throws ERR_LIBVIRT, ERR_DEADLINE; ERR_CANCELLED or ERR_BUSY if it was not begun. */
  call<T>({ procedure, args, read, deadlineMs, cancellation }: RpcCall<T>): Promise<T> {
    return this.inFlight(async () => {
      const connection = await this.connected();
      const limitMs = Math.min(this.options.deadlineMs, deadlineMs?.() ?? this.options.deadlineMs);
      return connection.call(procedure, args, read, limitMs);
    }, cancellation);
  }

  /** Connect if that was not done yet. @throws ERR_LIBVIRT, ERR_DEADLINE. */
  async connected(): Promise<RpcConnection> {
    if (this.isClosed) throw refusal(this.where, "connect", "it was closed by us");
    if (this.connection !== null) return this.connection;
    if (this.backoff.waiting && this.lastError !== null) throw this.lastError;
    this.connection = this.open();
    try {
      const connection = await this.connection;
      this.backoff.reset();
      return connection;
    } catch (thrown) {
      this.lost(asSelfballoonError(thrown));
      throw thrown;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const connection = await this.connection?.catch(() => null);
    this.connection = null;
    const limitMs = Math.min(CLOSE_MS, this.options.deadlineMs);
    await connection?.call(PROCEDURES.close, Buffer.alloc(0), () => {}, limitMs).catch(() => {}); // it ends anyway
    connection?.close();
  }

  /** The sockets, for messages. */
  private get where(): string {
    return this.options.paths.join(" or ");
  }

  private async open(): Promise<RpcConnection> {
    const { name, deadlineMs, nowMs, onEvent, onOpen } = this.options;
    const untilMs = nowMs() + deadlineMs;
    const leftMs = (): number => Math.max(1, Math.floor(untilMs - nowMs()));
    let isOpen = false;
    const end: { error: SelfballoonError | null } = { error: null };
    const onEnd = (error: SelfballoonError): void => {
      end.error = error;
      if (isOpen) this.lost(error); // else who waits for it is told
    };
    const connection = await this.connect({ onEvent, onEnd });
    try {
      const types = await connection.call(PROCEDURES.authList, Buffer.alloc(0), readAuthTypes, leftMs());
      if (types.includes(AUTH_POLKIT)) {
        await connection.call(PROCEDURES.authPolkit, Buffer.alloc(0), (reader) => reader.int(), leftMs());
      } else if (types.length > 0 && !types.includes(AUTH_NONE)) {
        throw refusal(this.where, "authList", "it wants a password");
      }
      const args = new XdrWriter().uint(1).string(name).uint(0).bytes(); // a name that is there, and no flags
      await connection.call(PROCEDURES.open, args, () => {}, leftMs());
      await onOpen(connection, leftMs());
      if (end.error !== null) throw end.error; // it asks for what libvirt may refuse, and takes this for a refusal
      isOpen = true;
      return connection;
    } catch (thrown) {
      connection.close();
      throw thrown;
    }
  }

  /** @throws ERR_LIBVIRT if none of the sockets can be connected to; it says why the last one can't. */
  private async connect(listener: RpcListener): Promise<RpcConnection> {
    let problem: unknown = refusal(this.where, "connect", "there is no such socket");
    const { paths, limits } = this.options;
    for (const path of paths) {
      try {
        return await RpcConnection.connect({ path, limits, budget: this.budget }, listener);
      } catch (thrown) {
        problem = thrown;
      }
    }
    throw problem;
  }

  private lost(error: SelfballoonError): void {
    this.connection = null;
    this.lastError = error;
    this.backoff.failed();
  }
}

function refusal(path: string, call: string, problem: string): SelfballoonError {
  return selfballoonError("ERR_LIBVIRT", { path, call, problem });
}
