/** The sidecar's own lines on their way to a receiver of OTLP logs, which decodes them by itself. */
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import type { LogFields, Logger } from '../../../src/base/logger.js';
import { parseConfig } from '../../../src/config/parse.js';
import { Board } from '../../../src/metrics/board.js';
import { tracingMetrics as m } from '../../../src/tracing/catalogue.js';
import { spanIdOf, traceIdOf } from '../../../src/tracing/ids.js';
import { tracesOf, type Traces } from '../../../src/traces.js';
import { OtlpLogReceiver } from '../../support/otlp-logs.js';

const START_US = 1_735_689_600_123_456;

interface Setup {
  readonly traces: Traces;
  readonly receiver: OtlpLogReceiver;
  readonly board: Board;
  readonly clock: ManualClock;
  /** What was written, exported or not. */
  readonly written: { level: string; message: string; fields: LogFields | undefined }[];
}

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function setup(settings: Record<string, string> = {}): Promise<Setup> {
  const receiver = await OtlpLogReceiver.start();
  open.push(receiver);
  const environment = Object.fromEntries(
    Object.entries({
      ENABLED: 'true',
      LOGS_ENABLED: 'true',
      LOGS_URL: receiver.url,
      OTLP_URL: receiver.url,
      ...settings,
    }).map(([name, value]) => [`QUORUMSCOPE_TRACING_${name}`, value]),
  );
  const written: Setup['written'] = [];
  const write =
    (level: string) =>
    (message: string, fields?: LogFields): void =>
      void written.push({ level, message, fields });
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const board = new Board({});
  const clock = new ManualClock(START_US);
  const traces = tracesOf(parseConfig({ environment }).tracing, { board, clock, logger })!;
  return { traces, receiver, board, clock, written };
}

describe('the log', () => {
  it('arrives as it was said, with its ids in their places', async () => {
    const { traces, receiver, clock, board, written } = await setup();
    const traceId = traceIdOf('main', 2, 7);
    const spanId = spanIdOf(traceId, 'carol', 'view');
    traces.logger.info('before it was open', { port: 1 });
    await traces.open();
    clock.advance(1_000_001);
    traces.logger.warn('a byzantine finding', {
      chain: 'main',
      view: 7,
      validators: ['dave', 'erin'],
      isProven: true,
      share: 0.25,
      nothing: undefined,
      nested: { a: 1 },
      error: new Error('broken'),
      trace_id: traceId,
      span_id: spanId,
    });
    traces.logger.error('bad');
    traces.logger.debug('not of interest');
    expect(await traces.flush(5_000_000)).toBe(true);
    expect(receiver.lines).toMatchObject([
      {
        level: 'INFO',
        severity: 9,
        message: 'before it was open',
        atUs: START_US,
        tags: { port: 1 },
        traceId: '',
      },
      { level: 'WARN', severity: 13, atUs: START_US + 1_000_001, traceId, spanId },
      { level: 'ERROR', severity: 17, message: 'bad', traceId: '', spanId: '' },
    ]);
    const { tags } = receiver.lines[1]!;
    expect(tags).toMatchObject({
      'service.name': 'quorumscope',
      chain: 'main',
      view: 7,
      validators: 'dave,erin',
      isProven: true,
      share: 0.25,
      nested: '{"a":1}',
      error: 'broken',
    });
    expect(tags).not.toHaveProperty('trace_id');
    expect(tags).not.toHaveProperty('nothing');
    expect(written.map(({ message }) => message)).toEqual([
      'before it was open',
      'a byzantine finding',
      'bad',
      'not of interest',
    ]);
    expect(board.counter(m.logLines).at().value).toBe(3);
    await traces.close(1_000_000);
  });

  it('leaves no more lines in a second than was agreed, and all are written', async () => {
    const { traces, receiver, clock, board, written } = await setup({ LOGS_LINES_PER_SECOND: '10' });
    await traces.open();
    for (let i = 0; i < 100; i++) traces.logger.info('flood');
    clock.advance(500_000);
    for (let i = 0; i < 100; i++) traces.logger.info('flood');
    await traces.flush(5_000_000);
    expect(receiver.lines).toHaveLength(15);
    expect(written).toHaveLength(200);
    expect(board.counter(m.logLinesDropped).at('rate_limit').value).toBe(185);
    await traces.close(1_000_000);
  });

  it('does not talk about its own receiver to its own receiver', async () => {
    const { traces, receiver, clock, written } = await setup();
    receiver.status = 503;
    await traces.open();
    traces.logger.info('one line');
    expect(await traces.flush(300_000)).toBe(false);
    expect(written.map(({ message }) => message)).toEqual(['one line', 'a receiver cannot be reached']);
    receiver.status = 200;
    clock.advance(120_000_000);
    expect(await traces.flush(5_000_000)).toBe(true);
    expect(receiver.lines.map(({ message }) => message)).toEqual(['one line']);
    await traces.close(1_000_000);
  });

  it('takes what cannot be written down in a bounded form', async () => {
    const { traces, receiver } = await setup();
    await traces.open();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    traces.logger.info('x'.repeat(5_000), {
      circular,
      big: 2n ** 70n,
      long: 'y'.repeat(5_000),
      list: Array.from({ length: 100 }, (_, i) => i),
    });
    await traces.flush(5_000_000);
    const [line] = receiver.lines;
    expect(line!.message).toHaveLength(1_003);
    expect(line!.tags).toMatchObject({ circular: 'not convertible', big: String(2n ** 70n) });
    expect(String(line!.tags['long'])).toHaveLength(1_003);
    expect(String(line!.tags['list']).split(',')).toHaveLength(32);
    await traces.close(1_000_000);
  });

  it('is only written where it is not to be exported', async () => {
    const { traces, receiver } = await setup({ LOGS_ENABLED: 'false' });
    await traces.open();
    traces.logger.info('quiet');
    await traces.flush(1_000_000);
    await traces.close(1_000_000);
    expect(receiver.requests).toBe(0);
  });
});
