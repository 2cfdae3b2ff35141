import type { Cancellation, GuestSize, Reading, WatchSample } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { cancellable } from "../host/cancellation.ts";
import type { ShownDomain } from "./domain-names.ts";
import { LibvirtGuest } from "./guest.ts";
import type { Domain, DomainEvent, Libvirt } from "./libvirt.ts";
import { DomainSnapshot } from "./snapshot.ts";

export interface LibvirtHostOptions {
  readonly libvirt: Libvirt;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
  /** Domains may have come or gone. */
  readonly onChange: () => void;
}

/** The active domains of one connection, each known by its UUID and by which of its runs it is. */
export class LibvirtHost {
  private readonly options: LibvirtHostOptions;
  private readonly snapshot: DomainSnapshot;
  private readonly known = new Map<string, LibvirtGuest>();

  constructor(options: LibvirtHostOptions) {
    this.options = options;
    this.snapshot = new DomainSnapshot(options.libvirt, options.nowMs);
    options.libvirt.listen((event) => this.take(event));
  }

  /** The domains that there are; what was learnt of any other is forgotten. */
  async domains(): Promise<readonly Domain[]> {
    const domains = await this.snapshot.read();
    for (const [uuid, guest] of this.known) {
      const domain = domains.get(uuid);
      if (domain === undefined || !guest.is(domain)) this.known.delete(uuid);
    }
    return [...domains.values()];
  }

  observe(shown: ShownDomain, guest: string, cancellation: Cancellation): Promise<Reading> {
    const reading = this.find(shown, guest).then(({ known, domain }) => known.observe(domain, guest));
    return cancellable(reading, `reading ${guest}`, cancellation);
  }

  /** Through virsh a look would cost more than it saves: then only steps look. */
  watch(
    shown: ShownDomain,
    guest: string,
    cancellation: Cancellation,
  ): Promise<WatchSample | null> | WatchSample | null {
    const known = this.known.get(shown.uuid);
    if (known === undefined || !this.options.libvirt.isQuick) return null;
    const sample = known.watch(async () => (await this.find(shown, guest)).domain);
    return sample instanceof Promise ? cancellable(sample, `watching ${guest}`, cancellation) : sample;
  }

  async size(shown: ShownDomain, guest: string, cancellation: Cancellation): Promise<GuestSize | null> {
    const found = this.find(shown, guest);
    const { known, domain } = await cancellable(found, `asking how large ${guest} is`, cancellation);
    return known.sizeOf(domain);
  }

  apply(shown: ShownDomain, guest: string, targetBytes: number, cancellation: Cancellation): Promise<void> {
    const setting = this.find(shown, guest).then(({ known, domain }) => known.apply(domain, targetBytes, cancellation));
    return cancellable(this.changing(shown, setting), `setting ${guest}`, cancellation);
  }

  release(shown: ShownDomain, guest: string, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    const releasing = this.find(shown, guest).then(({ known, domain }) =>
      known.release(domain, maxBytes, cancellation),
    );
    return cancellable(this.changing(shown, releasing), `releasing ${guest}`, cancellation);
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
    else if (event.kind === "lifecycle") this.snapshot.outdateAll();
    else this.snapshot.outdate(event.uuid);
    this.known.get(event.uuid)?.take(event);
    if (event.kind === "lifecycle") this.options.onChange();
  }

  /** What was read before a change does not hold after it. */
  private changing({ uuid }: ShownDomain, change: Promise<void>): Promise<void> {
    return change.finally(() => this.snapshot.outdate(uuid));
  }

  /** @throws ERR_GUEST_UNKNOWN if there is none, also if it was started again by now. */
  private async find({ uuid, id }: ShownDomain, guest: string): Promise<Found> {
    const domain = await this.snapshot.find(uuid);
    if (domain?.id !== id) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    const before = this.known.get(uuid);
    const known = before?.is(domain) === true ? before : new LibvirtGuest({ ...this.options, domain });
    this.known.set(uuid, known);
    return { known, domain };
  }
}

/** A guest, and its domain as it is now. */
interface Found {
  readonly known: LibvirtGuest;
  readonly domain: Domain;
}
