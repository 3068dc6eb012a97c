/** What a ring of lines remembers is compressed once it is full, and is the same lines. */
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { LineRing, Recording } from '../../../src/incidents/line-ring.js';
import { hear, helloLine, linesOf, view } from '../intake/hearing.js';

const MIB = 2 ** 20;
const HOUR_US = 3600 * 1_000_000;

function setUp(maxBytes: number) {
  const ring = new LineRing({ clock: new ManualClock(), keepUs: HOUR_US, maxBytes });
  const { intake } = hear({ tap: ring });
  const feed = intake.openFeed({ door: 'unix', peer: '1' });
  feed.write(linesOf(helloLine('a', 'r1')));
  return { ring, feed };
}

const recorded = (ring: LineRing): string =>
  [...new Recording().of(ring.since(0))]
    .map(({ bytes, isPacked }) => (isPacked ? gunzipSync(bytes) : bytes).toString('utf8'))
    .join('');

it('holds many times what its memory is, and gives back every line', async () => {
  const { ring, feed } = setUp(MIB);
  const lines = [helloLine('a', 'r1')];
  for (let seq = 0; seq < 30_000; seq++) {
    lines.push(view(seq, 'a'));
    feed.write(linesOf(lines.at(-1)!));
    if (seq % 1_000 === 0) await ring.packed();
  }
  await ring.packed();
  const said = lines.map((line) => `${line}\n`).join('');
  expect(said.length).toBeGreaterThan(2.5 * MIB);
  expect(ring.bytes).toBeLessThan(said.length / 4);
  expect(recorded(ring) === said).toBe(true);
});

it('drops the oldest when even compressed it is too much', async () => {
  const { ring, feed } = setUp(MIB / 2);
  for (let seq = 0; seq < 30_000; seq++) {
    feed.write(linesOf(view(seq, 'a')));
    if (seq % 1_000 === 0) await ring.packed();
  }
  await ring.packed();
  ring.expire();
  expect(ring.bytes).toBeLessThanOrEqual(MIB / 2);
  // A recording of its own: it begins with the hello that is in force.
  expect(recorded(ring).split('\n')[0]).toContain('"type":"hello"');
  expect(recorded(ring)).toContain(view(29_999, 'a'));
});
