/**
 * The events that a collector received, as they were on the wire. Lines are kept as text and read only
 * when somebody asks; beyond the bound the oldest are forgotten and counted.
 */

/** One event as the wire had it, always with the node that stated it. */
export interface RecordedEvent {
  readonly type: string;
  readonly node: string;
  /** Wall time of the node, microseconds since the Unix epoch. */
  readonly ts_us: number;
  readonly [field: string]: unknown;
}

interface Line {
  /** Who spoke last on its stream: lines after a `hello` may leave the node out. */
  readonly node: string;
  readonly text: string;
}

/** Keeps the newest lines of all streams in the order of their arrival. */
export class EventLog {
  readonly #limit: number;
  #lines: Line[] = [];
  #forgotten = 0;

  /** @param limit most lines kept; 0 keeps none */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Lines that were forgotten because there were more than the limit. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Hears a stream: to be given its bytes as they come. */
  stream(): (chunk: Uint8Array) => void {
    if (this.#limit === 0) return () => undefined;
    const decoder = new TextDecoder();
    let node = '';
    let rest = '';
    return (chunk) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        if (text.includes('"hello"')) node = speakerOf(text) ?? node;
        if (text !== '') this.#keep({ node, text });
      }
    };
  }

  /** The events kept, of one type or of all; lines that are no JSON object with a type are left out. */
  events(type?: string): RecordedEvent[] {
    const found: RecordedEvent[] = [];
    for (const { node, text } of this.#lines) {
      const event = read(text);
      if (event === undefined || (type !== undefined && event['type'] !== type)) continue;
      found.push({ node, ...event } as unknown as RecordedEvent);
    }
    return found;
  }

  #keep(line: Line): void {
    this.#lines.push(line);
    // Cut in large pieces: moving the whole list for each line would cost more than keeping it.
    if (this.#lines.length < 2 * this.#limit) return;
    this.#forgotten += this.#lines.length - this.#limit;
    this.#lines = this.#lines.slice(-this.#limit);
  }
}

/** Who says `hello` in this line, if it is one. */
function speakerOf(text: string): string | undefined {
  const event = read(text);
  return event?.['type'] === 'hello' && typeof event['node'] === 'string' ? event['node'] : undefined;
}

function read(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEvent = typeof value === 'object' && value !== null && 'type' in value;
    return isEvent ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Events as a recording: one stream, every line with its node. */
export function recordingOf(events: readonly RecordedEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
