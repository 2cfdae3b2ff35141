import { XdrError, XdrReader } from "./xdr-reader.ts";
import { XdrWriter } from "./xdr-writer.ts";

/** Most bytes of one message (VIR_NET_MESSAGE_MAX of libvirt 4 and newer, virnetprotocol.x). */
const MAX_MESSAGE_BYTES = 33_554_432;

/** The length that stands before a message, and counts itself (VIR_NET_MESSAGE_LEN_MAX). */
const LENGTH_BYTES = 4;

/** VIR_NET_MESSAGE_HEADER_MAX. */
const HEADER_BYTES = 24;

/** virNetMessageType, as far as such messages are sent or expected here. */
export const MESSAGE_TYPES = { call: 0, reply: 1, message: 2 } as const;

/** virNetMessageStatus. */
export const STATUSES = { ok: 0, error: 1 } as const;

/** virNetMessageHeader. */
export interface PacketHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

export interface Packet {
  readonly header: PacketHeader;
  readonly payload: Buffer;
}

/** The bytes of a packet, with the length that stands before it. */
export function encodePacket({ header, payload }: Packet): Buffer {
  const { program, version, procedure, type, serial, status } = header;
  const head = new XdrWriter()
    .uint(LENGTH_BYTES + HEADER_BYTES + payload.length)
    .uint(program)
    .uint(version);
  return Buffer.concat([head.int(procedure).int(type).uint(serial).int(status).bytes(), payload]);
}

/** Cuts a stream of bytes into packets. */
export class PacketSplitter {
  private readonly chunks: Buffer[] = [];
  private heldBytes = 0;

  /**
   * The packets that are complete with this chunk. A half one is held, up to the most that a message may have.
   * @throws XdrError if a length can't be.
   */
  *push(chunk: Buffer): Generator<Packet> {
    this.chunks.push(chunk);
    this.heldBytes += chunk.length;
    for (let packet = this.next(); packet !== null; packet = this.next()) yield packet;
  }

  private next(): Packet | null {
    if (this.heldBytes < LENGTH_BYTES) return null;
    const length = this.head(LENGTH_BYTES).readUInt32BE();
    if (length < LENGTH_BYTES + HEADER_BYTES || length > LENGTH_BYTES + MAX_MESSAGE_BYTES) {
      throw new XdrError(`a message can't have ${length} bytes`);
    }
    if (this.heldBytes < length) return null;
    const bytes = this.head(length);
    this.chunks[0] = bytes.subarray(length);
    this.heldBytes -= length;
    return decodePacket(bytes.subarray(LENGTH_BYTES, length));
  }

  /** The first chunk, made to hold at least so many bytes. */
  private head(bytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.chunks;
    if (first.length >= bytes) return first;
    const all = Buffer.concat(this.chunks);
    this.chunks.splice(0, this.chunks.length, all);
    return all;
  }
}

function decodePacket(bytes: Buffer): Packet {
  const reader = new XdrReader(bytes);
  const header = {
    program: reader.uint(),
    version: reader.uint(),
    procedure: reader.int(),
    type: reader.int(),
    serial: reader.uint(),
    status: reader.int(),
  };
  return { header, payload: bytes.subarray(HEADER_BYTES) };
}
