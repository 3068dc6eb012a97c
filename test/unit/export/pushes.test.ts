/** Exporters that push: on time, each for itself, to the last point. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { createRandom } from '../../../src/base/random.js';
import { Delivery } from '../../../src/delivery/delivery.js';
import { encodeHere } from '../../../src/export/encoders.js';
import { Pushes, pushMetrics, type PushOptions } from '../../../src/export/pushes.js';
import type { Selection } from '../../../src/export/selection.js';
import { seriesCount } from '../../../src/export/snapshot.js';
import { Board } from '../../../src/metrics/board.js';
import { gauge } from '../../../src/metrics/definition.js';
import type { BodyParcel } from '../../../src/delivery/transport.js';
import { parcel, Receiver, settled, unreachable, type Numbered } from '../delivery/parcels.js';

const SECOND_US = 1_000_000;

type Adding = Partial<PushOptions> & { readonly selection?: Selection };

class Pushing {
  readonly clock = new ManualClock();
  readonly board = new Board();
  readonly pushes = new Pushes({ board: this.board, clock: this.clock });

  constructor() {
    this.board
      .gauge(gauge('hotstuff_test_one', 'One.', []))
      .at()
      .set(1);
    this.board
      .gauge(gauge('hotstuff_test_two', 'Two.', ['node_id']))
      .at('n')
      .set(2);
  }

  /** A destination that gets one parcel a snapshot, numbered by its series. */
  add(name: string, { selection, ...options }: Adding = {}): Receiver {
    const { clock, board } = this;
    const receiver = new Receiver();
    const delivery = new Delivery<BodyParcel>({
      destination: name,
      transport: { send: (sent, signal) => receiver.send(sent as BodyParcel & Numbered, signal) },
      clock,
      board,
      random: createRandom(1),
    });
    this.pushes.add({
      name,
      kind: 'test',
      intervalUs: 10 * SECOND_US,
      encode: encodeHere(
        (snapshot) => ({
          parcels: [{ ...parcel(seriesCount(snapshot), seriesCount(snapshot)), body: new Uint8Array(10) }],
          omitted: 0,
        }),
        selection ?? { include: ['hotstuff_*'] },
      ),
      delivery,
      ...options,
    });
    return receiver;
  }

  async pass(us: number): Promise<void> {
    this.clock.advance(us);
    await settled();
  }
}

describe('pushes', () => {
  it('come on their interval, with what was chosen', async () => {
    const world = new Pushing();
    const all = world.add('all');
    const one = world.add('one', { intervalUs: 5 * SECOND_US, selection: { include: ['*_one'] } });
    await world.pass(10 * SECOND_US);
    expect([all.arrived, one.arrived]).toEqual([[2], [1]]);
    for (let i = 0; i < 4; i++) await world.pass(5 * SECOND_US);
    expect([all.arrived.length, one.arrived.length]).toEqual([3, 5]);
  });

  it('send nothing where nothing was chosen', async () => {
    const world = new Pushing();
    const none = world.add('none', { selection: { include: ['absent_*'] } });
    await world.pass(30 * SECOND_US);
    expect(none.attempts).toBe(0);
  });

  it('do not suffer from one whose receiver or encoder fails', async () => {
    const world = new Pushing();
    const dead = world.add('dead');
    dead.answer = () => unreachable;
    world.add('broken', {
      encode: () => Promise.reject(new Error('a defect')),
    });
    const well = world.add('well');
    await world.pass(10 * SECOND_US);
    expect(well.arrived).toEqual([2]);
    expect(world.board.counter(pushMetrics.failed).at('broken').value).toBe(1);
    expect(world.pushes.list()).toMatchObject([
      { name: 'dead', failures: 1, points: { produced: 2, queued: 2, sent: 0 } },
      { name: 'broken', points: { produced: 0 } },
      { name: 'well', failures: 0, points: { produced: 2, sent: 2 } },
    ]);
  });

  it('stop while paused, and go on', async () => {
    const world = new Pushing();
    const receiver = world.add('one');
    expect(world.pushes.pause('one')).toBe(true);
    expect(world.pushes.pause('absent')).toBe(false);
    await world.pass(20 * SECOND_US);
    expect([receiver.attempts, world.pushes.list()[0]?.paused]).toEqual([0, true]);
    world.pushes.resume('one');
    await world.pass(10 * SECOND_US);
    expect(receiver.arrived).toHaveLength(1);
  });

  it('can be tested: sent once, and the answer told', async () => {
    const world = new Pushing();
    const receiver = world.add('one');
    receiver.answer = () => ({ outcome: 'refused', detail: '401 Unauthorized' });
    expect(await world.pushes.test('one')).toEqual({ outcome: 'refused', detail: '401 Unauthorized' });
    expect(await world.pushes.test('absent')).toBeUndefined();
    expect(receiver.attempts).toBe(1);
  });

  it('push once more when they close', async () => {
    const world = new Pushing();
    const receiver = world.add('one');
    await world.pushes.close(SECOND_US);
    await world.pass(30 * SECOND_US);
    expect(receiver.arrived).toEqual([2]);
  });
});
