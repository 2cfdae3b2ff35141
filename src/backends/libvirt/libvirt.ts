import type { Cancellation } from "../../core/backend.ts";
import type { AgentReply, AgentRequest } from "../host/agent-protocol.ts";
import type { BalloonStatistics } from "../host/statistics.ts";

/** One active domain. Inside it is its UUID and its ID; its name is only what people see. */
export interface Domain {
  /** In lower case, with dashes. */
  readonly uuid: string;
  /** Which of its runs this is: each start of a domain gets a number of its own. */
  readonly id: number;
  readonly name: string;
  /** False while it is paused, shutting down or crashed. */
  readonly running: boolean;
  /** What the guest has; null if libvirt does not say, as while the domain is busy. */
  readonly currentBytes: number | null;
  /** What it was built for. */
  readonly maximumBytes: number | null;
  /** What its process holds of the host's memory. */
  readonly rssBytes: number | null;
  readonly statistics: BalloonStatistics;
  /** When the guest last updated its statistics, in the host's seconds; null if never. */
  readonly lastUpdateS: number | null;
  /** Page faults that the guest's kernel had counted by then; null if it does not say. */
  readonly pageFaults: number | null;
}

/** What libvirt says by itself of the domain `uuid`. */
export type DomainEvent =
  | {
      /**
       * lifecycle: it was started, stopped, paused, defined or the like. reboot: its machine was reset. agent: its agent's
       * port was opened or closed. devices: it got or lost a device, or one of its memory.
       */
      readonly kind: "lifecycle" | "reboot" | "agent" | "devices";
      readonly uuid: string;
    }
  | {
      /** Its balloon has moved. */
      readonly kind: "balloon";
      readonly uuid: string;
      /** What the guest has now. */
      readonly currentBytes: number;
    };

/** How an agent is asked. */
export interface AgentCall {
  /** How long it may take, asked when it begins. */
  readonly deadlineMs: () => number;
  /** It did not answer the last time, so that others must not wait for it. */
  readonly isDoubtful: boolean;
  /** When this aborts before the call has begun, it never will be. */
  readonly cancellation: Cancellation;
}

/**
 * libvirt, as far as it is needed here. A domain is named by its UUID in every call, so that none can be taken for
 * another. Every call ends within its deadline, and throws ERR_DEADLINE then.
 */
export interface Libvirt {
  /** The connection, such as `qemu:///system`, for messages. */
  readonly uri: string;
  /** Whether a call is cheap enough to be made ten times a second. */
  readonly isQuick: boolean;
  /** @throws if libvirt can't be used. */
  probe(): Promise<void>;
  /** Hear of events from now on, in place of whoever heard them before; none may come, and any may be missed. */
  listen(listener: (event: DomainEvent) => void): void;
  /** The active domains, with what libvirt knows of their memory. */
  domains(): Promise<readonly Domain[]>;
  /** What `domains` says of the domain `uuid`; null if it is not active. */
  domain(uuid: string): Promise<Domain | null>;
  /** The domain's XML. */
  describe(uuid: string): Promise<string>;
  /** What the guest has now as QEMU says, in bytes; null if it does not. Asked within `deadlineMs`. */
  balloonBytes(uuid: string, deadlineMs: number): Promise<number | null>;
  /** Have the guest update its statistics so often. */
  setStatisticsPeriod(uuid: string, seconds: number): Promise<void>;
  /** Set what the running guest is to have, in whole KiB. */
  setMemory(uuid: string, bytes: number, cancellation: Cancellation): Promise<void>;
  /**
   * One reply of the guest's agent to each request, in their order.
   * @throws if the agent was not reached.
   */
  askAgent(uuid: string, requests: readonly AgentRequest[], call: AgentCall): Promise<readonly AgentReply[]>;
  close(): Promise<void>;
}
