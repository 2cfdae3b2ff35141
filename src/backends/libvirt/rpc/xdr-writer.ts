/** XDR pads everything to multiples of so many bytes. */
const UNIT = 4;

/** Writes values in XDR (RFC 4506), one after the other. */
export class XdrWriter {
  private readonly parts: Buffer[] = [];

  /** What was written so far. */
  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  int(value: number): this {
    const part = Buffer.alloc(UNIT);
    part.writeInt32BE(value);
    return this.add(part);
  }

  uint(value: number): this {
    const part = Buffer.alloc(UNIT);
    part.writeUInt32BE(value);
    return this.add(part);
  }

  uhyper(value: bigint): this {
    const part = Buffer.alloc(2 * UNIT);
    part.writeBigUInt64BE(value);
    return this.add(part);
  }

  /** Bytes whose number both sides know. */
  opaque(bytes: Buffer): this {
    return this.add(bytes).add(Buffer.alloc((UNIT - (bytes.length % UNIT)) % UNIT));
  }

  string(text: string): this {
    const bytes = Buffer.from(text, "utf8");
    return this.uint(bytes.length).opaque(bytes);
  }

  private add(part: Buffer): this {
    this.parts.push(part);
    return this;
  }
}
