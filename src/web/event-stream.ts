/** An event as it was sent. */
export interface SentEvent {
  readonly kind: string;
  readonly data: string;
}

/** More than any record takes; in characters. */
const LONGEST_FRAME = 4_194_304;

/**
 * Read server-sent events (HTML Living Standard, section 9.2) as our daemon writes them, until they end. EventSource can't show a token.
 * @throws if the stream breaks, or has what is no event.
 */
export async function readEvents(body: ReadableStream<Uint8Array>, take: (event: SentEvent) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = frames.pop() ?? "";
    if (rest.length > LONGEST_FRAME) throw new Error("an event has no end");
    for (const frame of frames) {
      const event = eventOf(frame);
      if (event !== null) take(event);
    }
  }
}

/** Null: a comment. */
function eventOf(frame: string): SentEvent | null {
  const kind = /^event: (.*)$/m.exec(frame)?.[1];
  const data = /^data: (.*)$/m.exec(frame)?.[1];
  return kind === undefined || data === undefined ? null : { kind, data };
}
