/** Hearing a stream changes nothing for the application that reads it. */
import { describe, expect, it } from 'vitest';
import { watchStream, type Hearing } from '../../../../src/attach/libp2p/stream-watch.js';

/** As libp2p's streams: what arrives waits until somebody listens, and what is put back comes first. */
class Stream extends EventTarget {
  readonly #kept: number[] = [];
  #isHeard = false;
  readonly sent: number[] = [];

  send(data: Uint8Array): boolean {
    this.sent.push(...data);
    return data.byteLength < 100;
  }

  push(...bytes: number[]): void {
    this.#kept.push(...bytes);
    this.#hand();
  }

  unshift(data: Uint8Array): void {
    this.#kept.unshift(...data);
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...args);
    this.#isHeard = true;
    queueMicrotask(() => this.#hand());
  }

  #hand(): void {
    if (!this.#isHeard || this.#kept.length === 0) return;
    const data = Uint8Array.from(this.#kept.splice(0));
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

function heard(stream: Stream, more: Partial<Hearing> = {}): { sent: number; received: number } {
  const bytes = { sent: 0, received: 0 };
  watchStream(stream, {
    sent: (data) => (bytes.sent += data.byteLength),
    received: (data, from) => (bytes.received += data.byteLength - from),
    ...more,
  });
  return bytes;
}

/** Reads as an application does that comes later. */
async function readLater(stream: Stream): Promise<number[]> {
  await new Promise((resolve) => setImmediate(resolve));
  const read: number[] = [];
  stream.addEventListener('message', (event) => read.push(...(event as Event & { data: Uint8Array }).data));
  await new Promise((resolve) => setImmediate(resolve));
  return read;
}

describe('watchStream', () => {
  it('hears what came before the application listened, and leaves it to the application', async () => {
    const stream = new Stream();
    stream.push(1, 2, 3);
    const bytes = heard(stream);
    stream.push(4);
    expect(bytes.received).toBe(0);
    expect(await readLater(stream)).toEqual([1, 2, 3, 4]);
    expect(bytes.received).toBe(4);
  });

  it('hears once what the application puts back and reads again', async () => {
    const stream = new Stream();
    const bytes = heard(stream);
    stream.push(1, 2, 3);
    const read = await readLater(stream);
    stream.unshift(Uint8Array.of(2, 3));
    stream.push(4);
    stream.unshift(Uint8Array.of(4));
    stream.push(5);
    expect(read).toEqual([1, 2, 3, 2, 3, 4, 4, 5]);
    expect(bytes.received).toBe(5);
  });

  it('passes on what is sent, and the answer', () => {
    const stream = new Stream();
    const bytes = heard(stream);
    expect(stream.send(new Uint8Array(5))).toBe(true);
    expect(stream.send(new Uint8Array(200))).toBe(false);
    expect(stream.sent).toHaveLength(205);
    expect(bytes.sent).toBe(205);
  });

  it('lets no defect of the hearer reach the stream', async () => {
    const stream = new Stream();
    const fail = (): never => {
      throw new Error('a defect');
    };
    heard(stream, { sent: fail, received: fail });
    stream.send(Uint8Array.of(1));
    stream.push(7);
    expect(await readLater(stream)).toEqual([7]);
  });
});
