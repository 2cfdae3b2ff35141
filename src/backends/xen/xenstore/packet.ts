/** The types of message that are sent or expected here (Xen, public/io/xs_wire.h). */
export const TYPES = { list: 1, read: 2, watch: 4, write: 11, remove: 13, event: 15, error: 16 } as const;

/** Type, request, transaction and length, each of 32 bits, in the machine's own order. */
const HEADER_BYTES = 16;

/** Most bytes after the header (XENSTORE_PAYLOAD_MAX). */
const MAX_PAYLOAD_BYTES = 4096;

/** One message: what is asked of xenstored, its answer, or an event of a watch. */
export interface Packet {
  readonly type: number;
  /** Which request an answer is to. */
  readonly requestId: number;
  readonly payload: Buffer;
}

/** The bytes of a request outside any transaction. */
export function encodePacket({ type, requestId, payload }: Packet): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(requestId, 4);
  header.writeUInt32LE(payload.length, 12);
  return Buffer.concat([header, payload]);
}

/** Texts with a NUL behind each, as paths and tokens are sent; a character for each byte. */
export function encodeTexts(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(""), "latin1");
}

/** The texts of a payload; the last one may lack its NUL. */
export function parseTexts(payload: Buffer): readonly string[] {
  const text = payload.toString("latin1");
  if (text === "") return [];
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

/** Cuts a stream of bytes into messages. What is not whole yet is held, up to the longest message and what came with it. */
export class PacketSplitter {
  private held: Buffer = Buffer.alloc(0);

  /**
   * The messages that are complete with this chunk.
   * @throws Error if a length can't be; then nothing that follows means anything.
   */
  *push(chunk: Buffer): Generator<Packet> {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    while (this.held.length >= HEADER_BYTES) {
      const length = this.held.readUInt32LE(12);
      if (length > MAX_PAYLOAD_BYTES) throw new Error(`a message can't have ${length} bytes`);
      const end = HEADER_BYTES + length;
      if (this.held.length < end) return;
      const [packet, rest] = [this.held.subarray(0, end), this.held.subarray(end)];
      this.held = rest;
      yield {
        type: packet.readUInt32LE(0),
        requestId: packet.readUInt32LE(4),
        payload: packet.subarray(HEADER_BYTES),
      };
    }
  }
}
