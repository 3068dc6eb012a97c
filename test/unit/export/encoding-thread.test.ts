/** Encoders behind a thread: what they make comes back whole, and the thread may die. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger.js';
import { EncodingRoom, type EncodingRequest } from '../../../src/export/encoding-room.js';
import { EncodingThread, type Thread } from '../../../src/export/encoding-thread.js';
import { Taken } from '../../../src/export/taken.js';
import { Board } from '../../../src/metrics/board.js';
import { counter } from '../../../src/metrics/definition.js';

/** A worker without its thread: messages are cloned as a real one's are. */
class Beside extends EventEmitter {
  readonly heard: EncodingRequest['ask'][] = [];
  isDeaf = false;
  readonly #room = new EncodingRoom((answer) => {
    queueMicrotask(() => this.emit('message', structuredClone(answer)));
  });

  postMessage(request: EncodingRequest): void {
    this.heard.push(request.ask);
    if (!this.isDeaf) void this.#room.take(structuredClone(request));
  }

  unref(): void {
    return undefined;
  }

  terminate(): Promise<number> {
    this.emit('exit', 1);
    return Promise.resolve(1);
  }
}

function world() {
  const board = new Board();
  const votes = board.counter(counter('hotstuff_test_votes_total', 'Votes.', ['node_id'])).at('n');
  const started: Beside[] = [];
  const thread = new EncodingThread(silentLogger, () => {
    started.push(new Beside());
    return started.at(-1)! as unknown as Thread;
  });
  const take = (): Taken => new Taken(board.snapshot(), 1_000_000);
  return { votes, started, thread, take };
}

const jsonl = { kind: 'document', format: 'jsonl' } as const;
const statsd = { kind: 'statsd', dialect: { tags: false, datagramBytes: 60 } } as const;
const chosen = { include: ['hotstuff_test_*'] };
const textOf = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString();

describe('an encoding thread', () => {
  it('gives back every parcel with its points, of what was chosen', async () => {
    const { votes, thread, take, started } = world();
    const [lines, datagrams] = [thread.open(jsonl, chosen), thread.open(statsd, chosen)];
    votes.add(4);
    const taken = take();
    const [document, packets] = await Promise.all([lines(taken), datagrams(taken)]);
    expect(document.parcels.map(({ points }) => points)).toEqual([1]);
    expect(textOf(document.parcels[0]!)).toContain('"value":4');
    expect(packets.parcels.map(textOf)).toEqual(['hotstuff_test_votes_total.n:4|c']);
    // Both read the one copy that was sent.
    expect(started[0]!.heard).toEqual(['open', 'open', 'take', 'encode', 'encode']);
    expect((await thread.open(jsonl, { include: ['absent'] })(taken)).parcels).toEqual([]);
  });

  it('fails what was under way when its worker dies, and starts another', async () => {
    const { votes, thread, take, started } = world();
    const datagrams = thread.open(statsd, chosen);
    votes.add(4);
    await datagrams(take());
    started[0]!.isDeaf = true;
    const lost = datagrams(take());
    started[0]!.emit('error', new Error('out of memory'));
    await expect(lost).rejects.toThrow('out of memory');
    votes.add(2);
    // The first one only shows where counters stand: what was said before must not be said again.
    expect((await datagrams(take())).parcels).toEqual([]);
    votes.add(3);
    expect((await datagrams(take())).parcels.map(textOf)).toEqual(['hotstuff_test_votes_total.n:3|c']);
    expect(started).toHaveLength(2);
  });

  it('answers for an encoder that cannot be built, and goes on with the others', async () => {
    const { thread, take } = world();
    const broken = thread.open({ kind: 'document', format: 'absent' as 'json' }, chosen);
    const well = thread.open(jsonl, chosen);
    const taken = take();
    await expect(broken(taken)).rejects.toThrow();
    expect((await well(taken)).parcels).toHaveLength(1);
  });

  it('is over when it is closed', async () => {
    const { thread, take, started } = world();
    const lines = thread.open(jsonl, chosen);
    started[0]!.isDeaf = true;
    const lost = lines(take());
    const failed = expect(lost).rejects.toThrow('stops');
    await thread.close();
    await failed;
    await expect(lines(take())).rejects.toThrow('stops');
    expect(started).toHaveLength(1);
  });
});
