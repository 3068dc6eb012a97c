/** A sink for tests: keeps what it is given, and stalls, breaks and resumes when told to. */
import { ManualClock } from '../../../../src/base/clock.js';
import { LineDecoder } from '../../../../src/events/decode.js';
import type { StreamEvent } from '../../../../src/events/vocabulary.js';
import type { Hooks } from '../../../../src/hooks.js';
import { Outbox, type OutboxOptions, type Sink } from '../../../../src/attach/hooks/outbox.js';

export class RecordingSink implements Sink {
  stalled = false;
  text = '';
  batches = 0;
  /** The chunk taken while stalled: delivered by `settle`, gone by `drop`. */
  #pending: Buffer | undefined;

  send(bytes: Buffer): boolean {
    this.batches++;
    if (this.stalled) {
      this.#pending = bytes;
      return false;
    }
    this.text += bytes.toString('utf8');
    return true;
  }

  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  settle(): void {
    this.text += this.#pending?.toString('utf8') ?? '';
    this.#pending = undefined;
  }

  drop(): void {
    this.#pending = undefined;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Every line decoded; throws when one is not a valid event. */
  get events(): StreamEvent[] {
    const decoder = new LineDecoder();
    return this.lines.map((line) => {
      decoder.node ??= (JSON.parse(line) as { node?: string }).node;
      const verdict = decoder.decode(line);
      if (verdict !== 'event') throw new Error(`${verdict}: ${decoder.detail}: ${line}`);
      return decoder.event!;
    });
  }
}

export interface Recording {
  readonly sink: RecordingSink;
  readonly outbox: Outbox;
  readonly clock: ManualClock;
  readonly detach: () => void;
}

/** Attaches a recording sink to `hooks`; the stream has begun. */
export function record(hooks: Hooks, options: OutboxOptions = {}): Recording {
  const sink = new RecordingSink();
  const clock = new ManualClock();
  let outbox: Outbox | undefined;
  const detach = hooks.attach((origin) => (outbox = new Outbox(origin, sink, clock, options)));
  outbox!.begin();
  return { sink, outbox: outbox!, clock, detach };
}
