import { XdrError, XdrReader } from "./xdr-reader.ts";
import { XdrWriter } from "./xdr-writer.ts";

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

/** Room for what is held, at the least; it doubles as it fills, and what was needed once is not kept for good. */
const LEAST_ROOM_BYTES = 4096;
const MOST_IDLE_BYTES = 65_536;

/** Cuts a stream of bytes into packets. */
export class PacketSplitter {
  private readonly mostBytes: number;
  private room = Buffer.allocUnsafe(LEAST_ROOM_BYTES);
  private heldBytes = 0;

  /** `messageBytes`: the most that a message may have. */
  constructor(messageBytes: number) {
    this.mostBytes = LENGTH_BYTES + messageBytes;
  }

  /**
   * The packets that are complete with this chunk, which may be used for other bytes afterwards. A half one is held, in
   * at most twice the room that its bytes take.
   * @throws XdrError if a length can't be.
   */
  *push(chunk: Buffer): Generator<Packet> {
    this.hold(chunk);
    let start = 0;
    for (let length = this.lengthAt(start); length !== null; length = this.lengthAt(start)) {
      yield decodePacket(Buffer.from(this.room.subarray(start + LENGTH_BYTES, start + length)));
      start += length;
    }
    this.room.copyWithin(0, start, this.heldBytes);
    this.heldBytes -= start;
    if (this.heldBytes === 0 && this.room.length > MOST_IDLE_BYTES) this.room = Buffer.allocUnsafe(LEAST_ROOM_BYTES);
  }

  private hold(chunk: Buffer): void {
    const neededBytes = this.heldBytes + chunk.length;
    if (neededBytes > this.room.length) {
      const room = Buffer.allocUnsafe(Math.max(neededBytes, 2 * this.room.length));
      this.room.copy(room, 0, 0, this.heldBytes);
      this.room = room;
    }
    chunk.copy(this.room, this.heldBytes);
    this.heldBytes = neededBytes;
  }

  /** How long the packet is that begins at `start`; null while not all of it is there. */
  private lengthAt(start: number): number | null {
    const bytes = this.heldBytes - start;
    if (bytes < LENGTH_BYTES) return null;
    const length = this.room.readUInt32BE(start);
    if (length < LENGTH_BYTES + HEADER_BYTES || length > this.mostBytes) {
      throw new XdrError(`a message can't have ${length} bytes`);
    }
    return bytes < length ? null : length;
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
