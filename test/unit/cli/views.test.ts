/** What commands print: tables, spans, log lines, the block of `run`. */
import { describe, expect, it } from 'vitest';
import { renderStarted, unattached } from '../../../src/cli/attach-help.js';
import { showSpan } from '../../../src/cli/age.js';
import { createLogger, prettyLine } from '../../../src/cli/logger.js';
import { renderStatus } from '../../../src/cli/status-view.js';
import { renderTable } from '../../../src/cli/table.js';
import type { SidecarStatus } from '../../../src/status.js';
import { createWorld } from './world.js';

const source = { duplicate: 0, unknown: 0, dropped: 3, invalid: 1, pending: 2, missing: 7 };
const document: SidecarStatus = {
  version: '1.2.3',
  started_at_us: 0,
  uptime_seconds: 133,
  profile: 'standalone',
  chains: [
    {
      chain: 'main',
      nodes: [
        {
          node: 'node-1',
          connected: true,
          run: 'r',
          height: 12_345,
          view: 12_350,
          last_commit_timestamp_seconds: 999.7,
        },
        {
          node: 'node-2',
          connected: false,
          run: 'r',
          height: null,
          view: null,
          last_commit_timestamp_seconds: null,
        },
      ],
    },
  ],
  sources: [
    { source: 'unix', node_id: '', received: 0, processed: 0, ...source },
    { source: 'unix', node_id: 'node-1', received: 1_234_567, processed: 1_234_561, ...source },
  ],
};

describe('status', () => {
  it('is two tables that a person can read', () => {
    expect(renderStatus(document, 1_000_000_000)).toMatchInlineSnapshot(`
      "quorumscope 1.2.3, profile standalone, up 2 min 13 s

      CHAIN  NODE    STATE     HEIGHT    VIEW  LAST COMMIT
      main   node-1  attached  12,345  12,350  0.3 s ago
      main   node-2  gone           -       -  -

      SOURCE  NODE     RECEIVED  PROCESSED  DUPLICATE  UNKNOWN  DROPPED  INVALID  PENDING  MISSING
      unix    node-1  1,234,567  1,234,561          0        0        3        1        2        7"
    `);
  });

  it('says what to do when nothing was heard', () => {
    expect(renderStatus({ ...document, chains: [], sources: [] }, 0)).toMatchInlineSnapshot(`
      "quorumscope 1.2.3, profile standalone, up 2 min 13 s

      No node has been heard yet. \`quorumscope run\` prints how to attach one.

      No line has been received yet."
    `);
  });
});

describe('tables', () => {
  it('puts numbers right, text left, and nothing at the end of lines', () => {
    expect(
      renderTable(
        ['a', 'long'],
        [
          ['x', 1],
          ['yy', 1000],
        ],
      ),
    ).toBe('A    LONG\nx       1\nyy  1,000');
    expect(renderTable(['a', 'b'], [['x', '']])).toBe('A  B\nx  -');
  });
});

describe('spans', () => {
  it.each([
    [-1, '0.0 s'],
    [0.34, '0.3 s'],
    [12.4, '12 s'],
    [133, '2 min 13 s'],
    [3600, '1 h'],
    [90_061, '1 d 1 h'],
  ])('%d is %s', (seconds, text) => expect(showSpan(seconds)).toBe(text));
});

describe('the block of run', () => {
  it('has the addresses and how to attach', () => {
    const text = renderStarted({
      http: 'http://127.0.0.1:10920',
      telemetry: 'http://127.0.0.1:10922',
      socket: 'unix:///run/quorumscope/events.sock',
    });
    expect(text).toMatchInlineSnapshot(`
      "quorumscope 0.1.0 is running

        metrics    http://127.0.0.1:10920/metrics
        contents   http://127.0.0.1:10920/
        telemetry  http://127.0.0.1:10922/metrics
        events     unix:///run/quorumscope/events.sock

      Start a node with

        QUORUMSCOPE_EVENTS=unix:///run/quorumscope/events.sock

      A TypeScript node attaches by \`quorumscope/hooks\`. Any other writes lines like these to that socket:

        {"v":1,"type":"hello","node":"node-1","ts_us":1700000000000000,"chain":"example","run":"5f1c0a9e"}
        {"type":"consensus.view_entered","ts_us":1700000000000000,"seq":0,"view":7,"trigger":"qc","leader":"node-1"}
        {"type":"consensus.block_committed","ts_us":1700000000250000,"seq":1,"view":7,"height":5,"block":"b5"}

      Ctrl-C stops it; the node does not notice.
      "
    `);
  });

  it('says so when no door is open', () => {
    expect(renderStarted({ http: 'http://127.0.0.1:1' })).toContain('no door is open');
    expect(unattached({ tcp: 'tcp://127.0.0.1:5' })).toContain('QUORUMSCOPE_EVENTS=tcp://127.0.0.1:5');
  });
});

describe('the logger', () => {
  it('writes one JSON object per line with the level by name', () => {
    const { context, stderr } = createWorld();
    const logger = createLogger({ level: 'info', format: 'auto' }, context);
    logger.debug('unseen');
    logger.warn('a node says hello', { node: 'n1' });
    expect(stderr.text.endsWith('\n')).toBe(true);
    expect(JSON.parse(stderr.text)).toMatchObject({
      level: 'warn',
      message: 'a node says hello',
      node: 'n1',
    });
  });

  it('is readable on a terminal, coloured only where colour is wanted', () => {
    const line =
      '{"level":"warn","time":"2025-01-01T12:03:45.678Z","node":"n 1","count":3,"message":"a thing"}';
    expect(prettyLine(line, false)).toBe('12:03:45.678 warn  a thing  node="n 1"  count=3\n');
    expect(prettyLine(line, true)).toContain('\x1b[33mwarn');
    const { context, stderr } = createWorld({ terminal: true, environment: { NO_COLOR: '1' } });
    createLogger({ level: 'info', format: 'auto' }, context).error('broken');
    expect(stderr.text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} error broken\n$/);
  });

  it('says nothing when silent', () => {
    const { context, stderr } = createWorld();
    createLogger({ level: 'silent', format: 'json' }, context).error('broken');
    expect(stderr.text).toBe('');
  });
});
