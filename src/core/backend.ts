import type { SelfballoonError } from "./errors.ts";
import type { Finding } from "./finding.ts";
import type { Notice } from "./notices.ts";
import type { Observation } from "./observation.ts";

/** The part of the platform's AbortSignal that a backend needs; the core knows no platform. */
export interface Cancellation {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Whether a backend can be used on this machine. Absent is no error. */
export type Probe =
  | { readonly usable: true; readonly found: string }
  | {
      readonly usable: false;
      /** The file, device or permission that is missing, as a sentence without its full stop. */
      readonly because: string;
      /** True if using it is forbidden here (Xen's initial domain), so that nothing else must be tried instead. */
      readonly refused: boolean;
      /** What would make it usable, where there is one thing that would. */
      readonly remedy?: string;
    };

/** What one reading of a guest gave. */
export interface Reading {
  readonly observation: Observation;
  readonly notices: readonly Notice[];
  /** What the guest's process holds of its host's memory, in bytes; null or absent where that is not known. */
  readonly rssBytes?: number | null;
  /**
   * Memory that the guest has and that its balloon does not count, in bytes, such as virtio-mem; it is charged to the
   * host. Absent: none.
   */
  readonly unballoonedBytes?: number;
}

/** A guest's memory as its host sees it, in bytes. */
export interface GuestSize {
  /** What its balloon leaves it now. */
  readonly currentBytes: number;
  /** The most that its balloon can leave. */
  readonly maximumBytes: number;
  /** Memory that it has besides and that its balloon does not count; as in a `Reading`. */
  readonly unballoonedBytes?: number;
}

/** What the watch between two steps looks at. A backend may hand out the same object each time, with new values. */
export interface WatchSample {
  /** MemAvailable; null if it can't be told. */
  availablePages: number | null;
  /** RAM that the guest's kernel owns now. */
  totalramPages: number | null;
}

/** What a backend is, in so far as the house treats its guests differently for it. */
export interface BackendTraits {
  /** `guest`: we run in the one guest that there is. `host`: the guests share a host, whose operator says which are ours to move. */
  readonly place: "guest" | "host";
  /** False for simulated guests: nothing of this machine is moved, and there is nothing to protect. */
  readonly isReal: boolean;
  /** False where there is no balloon to move and only compressed swap is managed. */
  readonly hasBalloons: boolean;
  /** False where the guests' host is another machine: what this one says of its memory says nothing of theirs. */
  readonly isHere: boolean;
}

/** What a backend is told when it is examined. */
export interface ExamineContext {
  /** What its probe found. */
  readonly found: string;
  /** What is known of a socket that serves somebody else, such as our own daemon; null: nothing but that. */
  readonly explainHeld: (path: string) => Finding | null;
}

/** A way to reach balloons. */
export interface Backend {
  readonly name: string;
  readonly traits: BackendTraits;
  probe(): Promise<Probe>;
  /** What `doctor` says of it where it is usable: what it is first, then what is missing and risky about its guests. */
  examine(context: ExamineContext): Promise<readonly Finding[]>;
  open(): Promise<OpenBackend>;
}

/** A backend in use. Every call ends within its deadline, or when `cancellation` aborts. */
export interface OpenBackend {
  /**
   * Call `onChange` from now on when guests may have come or gone, at once and perhaps too often. Absent where nobody
   * says so: guests are looked for from time to time in any case.
   */
  readonly listen?: (onChange: () => void) => void;
  /** The guests there are now, by name; they may come and go. */
  guests(cancellation: Cancellation): Promise<readonly string[]>;
  /** What keeps some guests from being found or managed, as of the last time that they were looked for. Absent: nothing does. */
  readonly problems?: () => readonly SelfballoonError[];
  /** Read what a step needs. A reading that is not there is null; an error means that nothing could be read. */
  observe(guest: string, cancellation: Cancellation): Promise<Reading>;
  /**
   * A cheap look at what is available, ten times a second. Null if this backend has none: then only steps look. What can
   * be had at once is not a promise, so that a watch leaves no garbage behind.
   */
  watch(guest: string, cancellation: Cancellation): WatchSample | null | Promise<WatchSample | null>;
  /** Hand `balloonTargetPages` pages of `pageBytes` bytes to the guest's balloon. */
  apply(guest: string, balloonTargetPages: number, pageBytes: number, cancellation: Cancellation): Promise<void>;
  /**
   * How large the guest is, whatever it is doing and whether it can be read or not; null if that is not known, as where
   * the guest has no host that we know of.
   */
  size(guest: string, cancellation: Cancellation): Promise<GuestSize | null>;
  /** Give the guest all the memory that it may have, or `maxBytes` if that is not null and less. */
  release(guest: string, maxBytes: number | null, cancellation: Cancellation): Promise<void>;
  close(): Promise<void>;
}
