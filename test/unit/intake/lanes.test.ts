/** Who has much to say does not hold back who has little, and nobody's events change their order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Feed } from '../../../src/attach/feed.js';
import { hear, helloLine, linesOf, view } from './hearing.js';

const FLOOD = 5_000;
/** `count` views of a node from `from` on. */
const views = (node: string, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => view(from + i, node));

it('serves a node that says one thing beside one that floods', async () => {
  const { hearing, intake } = hear();
  const flood = intake.openFeed({ door: 'unix', peer: 'flood' });
  const quiet = intake.openFeed({ door: 'unix', peer: 'quiet' });
  quiet.write(linesOf(helloLine('quiet', 'r')));
  flood.write(linesOf(helloLine('flood', 'r'), ...views('flood', 0, FLOOD)));
  quiet.write(linesOf(view(0, 'quiet')));
  await intake.drained();
  expect(hearing.turns).toHaveLength(FLOOD + 3);
  expect(hearing.turns.lastIndexOf('quiet')).toBeLessThan(100);
});

it('does not starve who floods when others flood as well', async () => {
  const { hearing, intake } = hear();
  const feeds = ['one', 'two', 'three'].map((node) => {
    const feed = intake.openFeed({ door: 'unix', peer: node });
    feed.write(linesOf(helloLine(node, 'r')));
    return { node, feed };
  });
  for (let from = 0; from < FLOOD; from += 100)
    for (const { node, feed } of feeds) feed.write(linesOf(...views(node, from, 100)));
  await intake.drained();
  const half = hearing.turns.slice(0, hearing.turns.length / 2);
  for (const { node } of feeds)
    expect(half.filter((one) => one === node).length / half.length).toBeCloseTo(1 / 3, 1);
});

it('keeps what those who can wait say in the order of all of them', async () => {
  const { hearing, intake } = hear();
  const [one, two] = [1, 2].map((i) => intake.openLossless({ door: 'replay', peer: `${i}` }));
  one!.write(linesOf(helloLine('one', 'r'), ...views('one', 0, 500)));
  two!.write(linesOf(helloLine('two', 'r'), view(0, 'two')));
  await intake.drained();
  expect(hearing.turns.indexOf('two')).toBe(501);
});

it('never changes the order of one node, on whichever feeds it speaks', async () => {
  const write = fc.record({ feed: fc.nat(2), node: fc.nat(3), count: fc.integer({ min: 1, max: 120 }) });
  const pause = fc.constant('pause' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: write }, pause), { maxLength: 30 }),
      async (steps) => {
        const { hearing, intake } = hear();
        const feeds: Feed[] = [0, 1, 2].map((i) => intake.openFeed({ door: 'unix', peer: `${i}` }));
        const said = [0, 0, 0, 0];
        for (const feed of feeds) feed.write(linesOf(...said.map((_, node) => helloLine(`${node}`, 'r'))));
        for (const step of steps) {
          if (step === 'pause') await new Promise(setImmediate);
          else {
            const { feed, node, count } = step;
            feeds[feed]!.write(linesOf(...views(`${node}`, said[node]!, count)));
            said[node]! += count;
          }
        }
        await intake.drained();
        for (const [node, count] of said.entries()) {
          const heard = hearing.of(`${node}`).filter((word) => word.startsWith('consensus'));
          expect(heard).toEqual(Array.from({ length: count }, (_, seq) => `consensus ${seq}`));
          expect(hearing.of(`${node}`).filter((word) => word.startsWith('gap'))).toEqual([]);
        }
      },
    ),
  );
});
