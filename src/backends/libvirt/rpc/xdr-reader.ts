/** XDR pads everything to multiples of so many bytes. */
const UNIT = 4;

/** What a peer wrote is not what the protocol says. */
export class XdrError extends Error {
  override readonly name = "XdrError";
}

/**
 * Reads values in XDR (RFC 4506), one after the other; nothing is set aside for a length before its bytes are there. The
 * one maintained XDR package of npm, @stellar/js-xdr, needs a later Node than this project does.
 * @throws XdrError, from each method, if the bytes are not such a value.
 */
export class XdrReader {
  private readonly buffer: Buffer;
  private offset = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  int(): number {
    return this.buffer.readInt32BE(this.advance(UNIT));
  }

  uint(): number {
    return this.buffer.readUInt32BE(this.advance(UNIT));
  }

  hyper(): bigint {
    return this.buffer.readBigInt64BE(this.advance(2 * UNIT));
  }

  uhyper(): bigint {
    return this.buffer.readBigUInt64BE(this.advance(2 * UNIT));
  }

  double(): number {
    return this.buffer.readDoubleBE(this.advance(2 * UNIT));
  }

  /** `length` bytes, without those that pad them. */
  opaque(length: number): Buffer {
    const start = this.advance(Math.ceil(length / UNIT) * UNIT);
    return this.buffer.subarray(start, start + length);
  }

  /** Text of at most `maxBytes` bytes; what is no UTF-8 becomes the replacement character. */
  string(maxBytes: number): string {
    return this.opaque(this.length(maxBytes)).toString("utf8");
  }

  /** At most `max` elements. */
  array<T>(max: number, element: () => T): readonly T[] {
    const length = this.length(max);
    const elements: T[] = [];
    for (let index = 0; index < length; index += 1) elements.push(element());
    return elements;
  }

  /** A value that may be absent. */
  optional<T>(value: () => T): T | null {
    const isThere = this.uint();
    if (isThere > 1) this.fail(`${isThere} stands where 0 or 1 must`);
    return isThere === 1 ? value() : null;
  }

  /** Nothing must be left. */
  end(): void {
    const left = this.buffer.length - this.offset;
    if (left > 0) this.fail(`${left} bytes are left over`);
  }

  /** What was read can't be. */
  fail(problem: string): never {
    throw new XdrError(problem);
  }

  private length(max: number): number {
    const length = this.uint();
    if (length > max) this.fail(`a length is ${length}, more than ${max}`);
    return length;
  }

  private advance(bytes: number): number {
    const start = this.offset;
    if (bytes > this.buffer.length - start) this.fail("it ends too early");
    this.offset = start + bytes;
    return start;
  }
}
