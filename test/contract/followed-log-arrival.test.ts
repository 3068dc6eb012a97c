/**
 * What a finished log says decides what is counted, not when its lines came: a log whose lines arrive in pieces of any
 * size, late and after pauses, is counted as its replay. On a clock of the test, so that each failure can be repeated.
 *
 * A line never arrives before it was printed; that is all that is supposed of arrival.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogFeed } from '../../src/attach/logs/log-feed.js';
import { loadAdapter } from '../../src/attach/logs/shipped.js';
import { LogTranslator } from '../../src/attach/logs/translator.js';
import { ManualClock, StreamClock, type Clock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { boardDocument } from '../../src/cli/board-document.js';
import { parseConfig } from '../../src/config/parse.js';
import { createSidecar, type Sidecar } from '../../src/sidecar.js';
import { nodeLogBytes, nodeLogHeader } from '../support/node-logs.js';

/** After the last line, so that what waits for a timer is judged. */
const SETTLE_US = 60_000_000;

/** Time that passed on the clock of the machine while nothing was said. */
const ofTheMachine = /^hotstuff_\w*_seconds_total/;

type Counted = Readonly<Record<string, number>>;

/** Counters of the chain, and how often durations were observed. */
function counted(sidecar: Sidecar): Counted {
  sidecar.collect();
  const all: Record<string, number> = {};
  for (const { name, kind, series } of boardDocument(sidecar.board.snapshot())) {
    if (!name.startsWith('hotstuff_') || ofTheMachine.test(name)) continue;
    if (kind !== 'counter' && kind !== 'histogram') continue;
    for (const one of series)
      all[`${name}${JSON.stringify(one.labels)}`] = Number(kind === 'counter' ? one['value'] : one['count']);
  }
  return all;
}

/** One piece of a log, and how long after its last line was printed it comes. */
interface Piece {
  readonly lines: number;
  readonly delayUs: number;
}

async function started(clock: Clock): Promise<Sidecar> {
  const sidecar = createSidecar(parseConfig({}), { clock, logger: silentLogger, serve: false });
  await sidecar.start();
  return sidecar;
}

function translatorOf(name: string, arrivedUs?: () => number): LogTranslator {
  const { node, validators } = nodeLogHeader(name);
  const facts = { chain: 'c', node: 'n', validator: node, validators };
  return new LogTranslator(loadAdapter(name.split('/')[0]!), facts, arrivedUs);
}

async function replayed(name: string, lines: readonly string[]): Promise<Counted> {
  const clock = new StreamClock();
  const sidecar = await started(clock);
  const feed = sidecar.openLossless({ door: 'log', peer: name });
  const log = new LogFeed(translatorOf(name), feed);
  log.write(Buffer.from(`${lines.join('\n')}\n`));
  await feed.ready();
  await feed.drained();
  // As for a sidecar that goes on: the node is still attached.
  clock.pass(SETTLE_US);
  const found = counted(sidecar);
  log.end();
  await sidecar.stop();
  return found;
}

/** @param printedUs when each line was printed, as near as the log says it; by line */
async function followed(
  name: string,
  lines: readonly string[],
  printedUs: readonly number[],
  pieces: readonly Piece[],
): Promise<Counted> {
  const clock = new ManualClock(printedUs[0]);
  const sidecar = await started(clock);
  const feed = sidecar.openLossless({ door: 'log', peer: name });
  const log = new LogFeed(
    translatorOf(name, () => clock.nowUs()),
    feed,
  );
  for (let at = 0, piece = 0; at < lines.length; piece++) {
    const { lines: count, delayUs } = pieces[piece % pieces.length]!;
    const end = Math.min(lines.length, at + count);
    clock.advance(Math.max(0, printedUs[end - 1]! + delayUs - clock.nowUs()));
    log.write(Buffer.from(`${lines.slice(at, end).join('\n')}\n`));
    await feed.ready();
    await feed.drained();
    at = end;
  }
  clock.advance(SETTLE_US);
  const found = counted(sidecar);
  log.end();
  await sidecar.stop();
  return found;
}

const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/;

/** When each line was printed: its own time, and that of the line before where it has none. */
function timesOf(lines: readonly string[]): number[] {
  let lastUs = 0;
  return lines.map((line) => {
    const [text] = TIME.exec(line) ?? [];
    const foundUs =
      text === undefined ? Number.NaN : Date.parse(text.endsWith('Z') ? text : `${text}Z`) * 1000;
    return (lastUs = Math.max(lastUs, Number.isNaN(foundUs) ? 0 : foundUs));
  });
}

const withoutZeros = (all: Counted): Counted =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));

const pieces = fc.array(
  fc.record({
    lines: fc.integer({ min: 10, max: 400 }),
    delayUs: fc.oneof(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 3_000_000 })),
  }),
  { minLength: 1, maxLength: 12 },
);

describe.each([
  'hotstuff-rs/node-0',
  'hotstuff-rs/node-2',
  'asonnino-hotstuff/node-0',
  'relab-hotstuff/hs1',
  'flow-go/node-0',
])('the log of %s, whenever its lines come', (name) => {
  const all = nodeLogBytes(name).toString('utf8').trimEnd().split('\n');

  it('is counted as its replay, also when it ends anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.double({ min: 0.3, max: 1, noNaN: true }), async (plan, part) => {
        const lines = all.slice(0, Math.ceil(all.length * part));
        const expected = withoutZeros(await replayed(name, lines));
        expect(Object.keys(expected).length).toBeGreaterThan(20);
        expect(withoutZeros(await followed(name, lines, timesOf(lines), plan))).toEqual(expected);
      }),
      { numRuns: 4 },
    );
  }, 120_000);
});
