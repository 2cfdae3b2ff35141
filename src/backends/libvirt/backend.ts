import type { Backend, Cancellation, GuestSize, OpenBackend, Probe, Reading } from "../../core/backend.ts";
import { problemOf, selfballoonError } from "../../core/errors.ts";
import { cancellable } from "../host/cancellation.ts";
import { LibvirtGuest } from "./guest.ts";
import type { Domain, DomainEvent, Libvirt } from "./libvirt.ts";
import { DomainSnapshot } from "./snapshot.ts";
import { isOnThisMachine } from "./socket-paths.ts";

/** What the libvirt backend is given. */
export interface LibvirtOptions {
  readonly libvirt: Libvirt;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** The active domains of a libvirt host. */
export function createLibvirtBackend(options: LibvirtOptions): Backend {
  return {
    name: "libvirt",
    traits: { place: "host", isReal: true, hasBalloons: true, isHere: isOnThisMachine(options.libvirt.uri) },
    probe: () => probe(options),
    examine: async (context) => {
      const { examineLibvirt } = await import("./examine.ts");
      return examineLibvirt({ ...options, open: () => new LibvirtHost(options) }, context);
    },
    open: () => Promise.resolve(new LibvirtHost(options)),
  };
}

async function probe({ libvirt }: LibvirtOptions): Promise<Probe> {
  try {
    await libvirt.probe();
    return { usable: true, found: `libvirt at ${libvirt.uri}` };
  } catch (thrown) {
    return { usable: false, refused: false, because: `libvirt at ${libvirt.uri} can't be used: ${problemOf(thrown)}` };
  }
}

class LibvirtHost implements OpenBackend {
  private readonly options: LibvirtOptions;
  private readonly snapshot: DomainSnapshot;
  private readonly known = new Map<string, LibvirtGuest>();

  constructor(options: LibvirtOptions) {
    this.options = options;
    this.snapshot = new DomainSnapshot(options.libvirt, options.nowMs);
    options.libvirt.listen((event) => this.take(event));
  }

  /**
   * The domains by name. One that has the name of another of before is left out for once, so that nothing that was
   * learnt of that one is held against it, or for it.
   */
  async guests(cancellation: Cancellation): Promise<readonly string[]> {
    const domains = await cancellable(this.snapshot.read(), "finding guests", cancellation);
    const replaced = new Set<string>();
    for (const [name, known] of this.known) {
      const domain = domains.get(name);
      if (domain !== undefined && known.is(domain)) continue;
      this.known.delete(name);
      if (domain !== undefined) replaced.add(name);
    }
    const found = [...domains.values()].filter(({ name }) => !replaced.has(name));
    for (const domain of found) this.guestOf(domain);
    return found.map(({ name }) => name);
  }

  observe(guest: string, cancellation: Cancellation): Promise<Reading> {
    const reading = this.find(guest).then(({ known, domain }) => known.observe(domain));
    return cancellable(reading, `reading ${guest}`, cancellation);
  }

  /** A process for each look would cost more than it saves: only steps look. */
  watch(): null {
    return null;
  }

  async size(guest: string, cancellation: Cancellation): Promise<GuestSize | null> {
    const { known, domain } = await cancellable(this.find(guest), `asking how large ${guest} is`, cancellation);
    return known.sizeOf(domain);
  }

  apply(guest: string, balloonTargetPages: number, pageBytes: number, cancellation: Cancellation): Promise<void> {
    const targetBytes = balloonTargetPages * pageBytes;
    const setting = this.find(guest).then(({ known, domain }) => known.apply(domain, targetBytes, cancellation));
    return cancellable(this.changing(setting), `setting ${guest}`, cancellation);
  }

  release(guest: string, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    const releasing = this.find(guest).then(({ known, domain }) => known.release(domain, maxBytes, cancellation));
    return cancellable(this.changing(releasing), `releasing ${guest}`, cancellation);
  }

  async close(): Promise<void> {
    const guests = [...this.known.values()];
    this.known.clear();
    await Promise.all(guests.map((guest) => guest.close()));
    await this.options.libvirt.close();
  }

  /** What libvirt says by itself: of a balloon how large it is, and of all else that what was read holds no longer. */
  private take(event: DomainEvent): void {
    if (event.kind === "balloon") this.snapshot.noteBalloon(event.uuid, event.currentBytes);
    else this.snapshot.outdate();
    for (const guest of this.known.values()) if (guest.uuid === event.uuid) guest.take(event);
  }

  /** What was read before a change does not hold after it. */
  private changing(change: Promise<void>): Promise<void> {
    return change.finally(() => this.snapshot.outdate());
  }

  /** @throws ERR_GUEST_UNKNOWN if there is none, also if another machine has this name by now. */
  private async find(guest: string): Promise<Found> {
    const domain = (await this.snapshot.read()).get(guest);
    const known = domain && this.guestOf(domain);
    if (domain === undefined || known?.is(domain) !== true) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    return { known, domain };
  }

  /** The guest that is known by the domain's name, which it may have taken from another. */
  private guestOf(domain: Domain): LibvirtGuest {
    const known = this.known.get(domain.name);
    if (known !== undefined) return known;
    const guest = new LibvirtGuest({ ...this.options, domain });
    this.known.set(domain.name, guest);
    return guest;
  }
}

/** A guest, and its domain as it is now. */
interface Found {
  readonly known: LibvirtGuest;
  readonly domain: Domain;
}
