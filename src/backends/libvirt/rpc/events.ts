import { BYTES_PER_KIB } from "../../../core/units.ts";
import { hasCode } from "../../host/thrown.ts";
import type { DomainEvent } from "../libvirt.ts";
import type { RpcConnection } from "./connection.ts";
import { PROCEDURES } from "./procedures.ts";
import { readDomain } from "./values.ts";
import type { XdrReader } from "./xdr-reader.ts";
import { XdrWriter } from "./xdr-writer.ts";

/**
 * virDomainEventID, those that are wanted: lifecycle, reboot, balloon change, device removed, agent lifecycle, device
 * added, memory device size change.
 */
const KINDS: ReadonlyMap<number, DomainEvent["kind"]> = new Map([
  [0, "lifecycle"],
  [1, "reboot"],
  [13, "balloon"],
  [15, "devices"],
  [18, "agent"],
  [19, "devices"],
  [26, "devices"],
]);

/** The events of one connection, each known by the number that libvirt gave when it was asked for. */
export class EventCallbacks {
  private readonly kinds = new Map<number, DomainEvent["kind"]>();

  /** Ask for all events, each within `deadlineMs`; an older libvirt may lack some. */
  async register(connection: RpcConnection, deadlineMs: number): Promise<void> {
    this.kinds.clear();
    const all = [...KINDS].map(([event, kind]) => {
      const args = new XdrWriter().int(event).uint(0).bytes(); // of all domains
      const note = (reader: XdrReader): void => void this.kinds.set(reader.int(), kind);
      return connection.call(PROCEDURES.registerEvent, args, note, deadlineMs).catch(ignoreRefusal);
    });
    await Promise.all(all);
  }

  /** What a message says; null if it was not asked for. All begin with the callback's number and the domain. */
  read(message: XdrReader): DomainEvent | null {
    const kind = this.kinds.get(message.int());
    if (kind === undefined) return null;
    const { uuid } = readDomain(message);
    return kind === "balloon" ? { kind, uuid, currentBytes: Number(message.uhyper()) * BYTES_PER_KIB } : { kind, uuid };
  }
}

function ignoreRefusal(thrown: unknown): void {
  if (!hasCode(thrown, "ERR_LIBVIRT")) throw thrown;
}
