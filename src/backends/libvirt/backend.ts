import type { Backend, Cancellation, GuestSize, OpenBackend, Probe, Reading } from "../../core/backend.ts";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import { cancellable } from "../host/deadline.ts";
import type { Domain } from "./domstats.ts";
import { LibvirtGuest } from "./guest.ts";
import { DomainSnapshot } from "./snapshot.ts";
import type { RunVirsh } from "./virsh.ts";

/** What the libvirt backend is given. */
export interface LibvirtOptions {
  /** libvirt's connection, for messages; `run` knows it. */
  readonly uri: string;
  readonly run: RunVirsh;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** The active domains of a libvirt host, through its own client. */
export function createLibvirtBackend(options: LibvirtOptions): Backend {
  return {
    name: "libvirt",
    traits: { place: "host", isReal: true, hasBalloons: true },
    probe: () => probe(options),
    examine: async (context) => {
      const { examineLibvirt } = await import("./examine.ts");
      return examineLibvirt({ ...options, open: () => new LibvirtHost(options) }, context);
    },
    open: () => Promise.resolve(new LibvirtHost(options)),
  };
}

async function probe({ uri, run }: LibvirtOptions): Promise<Probe> {
  try {
    await run(["uri"]);
    return { usable: true, found: `libvirt at ${uri}` };
  } catch (thrown) {
    return { usable: false, refused: false, because: `libvirt at ${uri} can't be used: ${problemOf(thrown)}` };
  }
}

class LibvirtHost implements OpenBackend {
  private readonly options: LibvirtOptions;
  private readonly snapshot: DomainSnapshot;
  private readonly known = new Map<string, LibvirtGuest>();

  constructor(options: LibvirtOptions) {
    this.options = options;
    this.snapshot = new DomainSnapshot(options.run, options.nowMs);
  }

  async guests(cancellation: Cancellation): Promise<readonly string[]> {
    const domains = await cancellable(this.snapshot.read(), "finding guests", cancellation);
    const gone = [...this.known.keys()].filter((name) => !domains.has(name));
    for (const name of gone) this.known.delete(name); // a domain of the same name may be another machine later
    return [...domains.keys()];
  }

  observe(guest: string, cancellation: Cancellation): Promise<Reading> {
    const reading = this.find(guest).then((domain) => this.guest(guest).observe(domain));
    return cancellable(reading, `reading ${guest}`, cancellation);
  }

  /** A process for each look would cost more than it saves: only steps look. */
  watch(): null {
    return null;
  }

  async size(guest: string, cancellation: Cancellation): Promise<GuestSize | null> {
    const domain = await cancellable(this.find(guest), `asking how large ${guest} is`, cancellation);
    return this.guest(guest).sizeOf(domain);
  }

  apply(guest: string, balloonTargetPages: number, pageBytes: number, cancellation: Cancellation): Promise<void> {
    const targetBytes = balloonTargetPages * pageBytes;
    const setting = this.find(guest).then((domain) => this.guest(guest).apply(domain, targetBytes, cancellation));
    return cancellable(this.changing(setting), `setting ${guest}`, cancellation);
  }

  release(guest: string, cancellation: Cancellation): Promise<void> {
    const releasing = this.find(guest).then((domain) => this.guest(guest).release(domain, cancellation));
    return cancellable(this.changing(releasing), `releasing ${guest}`, cancellation);
  }

  async close(): Promise<void> {
    const guests = [...this.known.values()];
    this.known.clear();
    await Promise.all(guests.map((guest) => guest.close()));
  }

  /** What was read before a change does not hold after it. */
  private changing(change: Promise<void>): Promise<void> {
    return change.finally(() => this.snapshot.outdate());
  }

  private async find(guest: string): Promise<Domain> {
    const domain = (await this.snapshot.read()).get(guest);
    if (domain === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    return domain;
  }

  private guest(name: string): LibvirtGuest {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const { run, nowMs, nowS } = this.options;
    const guest = new LibvirtGuest({ name, run, nowMs, nowS });
    this.known.set(name, guest);
    return guest;
  }
}
