import { describe, expect, test } from 'vitest';
import { checkStream } from '../../../src/intake/stream-check.js';
import { renderStreamReport, type StreamReport } from '../../../src/intake/stream-report.js';
import { helloLine, linesOf } from './hearing.js';

let seq = 0;
const say = (type: string, fields: Record<string, unknown>): string =>
  JSON.stringify({ type: `consensus.${type}`, ts_us: 1, seq: seq++, ...fields });

const say1 = (trigger = 'qc'): string[] => [
  say('view_entered', { view: 1, trigger, leader: 'a' }),
  say('block_committed', { view: 1, height: 1, block: 'b' }),
];
const proposal = { view: 1, height: 1, block: 'b', parent: 'p', justify_view: 0, validator: 'a' };
const say2 = (signature?: string): string[] => [
  say('proposal_received', { ...proposal, signature }),
  say('vote_sent', { view: 1, vote: 'vote1', block: 'b' }),
];
const qc = (signers?: string[]): string => say('qc_formed', { view: 1, block: 'b', signers });
const vote = (signature?: string): string =>
  say('vote_received', { view: 1, vote: 'vote1', block: 'b', validator: 'a', signature });
const lock = (): string => say('lock_updated', { view: 1, block: 'b' });

async function check(...lines: readonly string[]): Promise<StreamReport> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(linesOf(...lines));
  }
  const report = await checkStream(chunks());
  seq = 0;
  return report;
}

const hello = helloLine('a', 'r');
const sentences = (report: StreamReport): string[] =>
  report.nodes[0]!.unknown.map(({ sentence }) => sentence);

describe('the attachment level', () => {
  test('grows with what is stated, and says what the next one lacks', async () => {
    const one = await check(hello, ...say1());
    expect(one.level).toBe(1);
    expect(one.problems).toBe(0);
    expect(sentences(one)).toContain(
      'no consensus.vote_sent: whether and when this node voted stays unknown',
    );
    const two = await check(hello, ...say1(), ...say2(), qc(['a', 'b', 'c']));
    expect(two.level).toBe(2);
    expect(sentences(two)).toContain(
      'no consensus.vote_received: late votes and byzantine findings stay unknown',
    );
    const three = await check(hello, ...say1(), ...say2(), qc(['a']), vote(), lock());
    expect(three.level).toBe(3);
    const four = await check(hello, ...say1(), ...say2('s'), qc(['a']), vote('s'), lock());
    expect(four.level).toBe(4);
    expect(sentences(four)).toEqual([]);
  });

  test('is 0, and a problem, where not even liveness can be told', async () => {
    expect(await check(hello)).toMatchObject({ level: 0, problems: 1 });
    expect(await check()).toMatchObject({ level: 0, problems: 1, nodes: [] });
  });

  test('needs signers on certificates', async () => {
    const report = await check(hello, ...say1(), ...say2(), qc());
    expect(report.level).toBe(1);
    expect(sentences(report)[0]).toBe(
      'no signers on consensus.qc_formed: which validators took part stays unknown',
    );
  });

  test('asks for timeouts and their certificates only where a view has failed', async () => {
    const calm = await check(hello, ...say1(), ...say2(), qc(['a']), vote(), lock());
    expect(calm.level).toBe(3);
    const left = await check(hello, ...say1('tc'), ...say2(), qc(['a']), vote(), lock());
    expect(left.level).toBe(2);
    expect(sentences(left)[0]).toBe('no consensus.tc_formed: who asked to leave a failed view stays unknown');
    const timedOut = await check(hello, ...say1('timer'), ...say2(), qc(['a']), vote(), lock());
    expect(timedOut.level).toBe(0);
    expect(sentences(timedOut)[0]).toBe(
      'no consensus.view_timed_out: failed views are seen only by the gap they leave',
    );
  });

  test('does not blame a node for what only the collector states, if the collector does', async () => {
    const other = helloLine('b', 'r');
    const followed = (...lines: string[]): string[] => {
      seq = 0;
      return lines;
    };
    const lines = [hello, ...say1(), ...say2(), lock(), qc(['a']), vote()];
    seq = 0;
    const report = await check(...lines, other, ...followed(...say1(), ...say2(), lock()));
    expect(report.nodes.map(({ node, level }) => [node, level])).toEqual([
      ['a', 3],
      ['b', 3],
    ]);
  });
});

describe('problems', () => {
  test('invalid lines are named with line, reason and beginning', async () => {
    const long = `{"type":"${'x'.repeat(200)}`;
    const report = await check(hello, long, ...say1(), '{"type":"consensus.view_entered","ts_us":1,"seq":9}');
    expect(report).toMatchObject({ invalid: 2, problems: 2, lines: 5 });
    expect(report.invalidLines[0]).toMatchObject({ number: 2, reason: 'not_json' });
    expect(report.invalidLines[0]!.excerpt).toHaveLength(80);
    expect(report.invalidLines[1]).toMatchObject({ number: 5, reason: 'missing_field' });
    expect(report.invalidLines[1]!.detail).toContain('view');
  });

  test('only the first twenty are shown, all are counted', async () => {
    const report = await check(hello, ...say1(), ...Array.from({ length: 30 }, () => 'x'));
    expect(report.invalidLines).toHaveLength(20);
    expect(report.invalid).toBe(30);
    expect(renderStreamReport(report)).toContain('and 10 more');
  });

  test('events before a hello, repeated ones and gaps are problems; admitted drops explain a gap', async () => {
    expect(await check(...say1())).toMatchObject({ invalid: 2, level: 0 });
    const [entered, committed] = say1();
    expect(await check(hello, entered!, committed!, committed!)).toMatchObject({ problems: 1 });
    const lines = (): string[] => {
      const before = say1();
      seq += 3;
      return [...before, ...say1()];
    };
    seq = 0;
    const gap = await check(hello, ...lines());
    expect(gap.problems).toBe(1);
    expect(gap.nodes[0]!.losses).toEqual([
      { domain: 'consensus', missing: 3, gaps: 1, late: 0, duplicates: 0, admitted: 0 },
    ]);
    const admits = '{"type":"source.dropped","ts_us":1,"domain":"consensus","count":3}';
    expect(await check(hello, ...lines(), admits)).toMatchObject({ problems: 0 });
  });

  test('unknown types and fields are named, and are no problem', async () => {
    const odd = say1();
    const report = await check(
      hello,
      odd[0]!.replace('{', '{"shoe_size":4,'),
      odd[1]!,
      '{"type":"kitchen.cooked"}',
    );
    expect(report).toMatchObject({
      problems: 0,
      unknownTypes: [['kitchen.cooked', 1]],
      unknownFields: [['consensus.view_entered.shoe_size', 1]],
    });
  });
});

describe('the text', () => {
  test('says it all, aligned, the verdict last', async () => {
    const lines = [hello, ...say1(), ...say2(), 'garbage', '{"type":"kitchen.cooked"}'];
    const text = renderStreamReport(await check(...lines, lines[4]!));
    const [, detail] = / {2}line 6: not_json: (.+)/.exec(text)!;
    expect(text).toBe(
      [
        'Node a of chain c: 4 events in 1 run, level 1',
        '  consensus.block_committed    1',
        '  consensus.proposal_received  1',
        '  consensus.view_entered       1',
        '  consensus.vote_sent          1',
        '  consensus: 1 duplicate',
        '  level 2: no consensus.qc_formed: how votes became certificates stays unknown',
        '  level 2: no signers on consensus.qc_formed: which validators took part stays unknown',
        '  level 3: no consensus.vote_received: late votes and byzantine findings stay unknown',
        '  level 3: no consensus.lock_updated: votes below a lock and locks that go back stay unseen',
        '  level 4: no signature on consensus.proposal_received: a double proposal cannot be proven to a third party',
        '  level 4: no signature on consensus.vote_received: a double vote cannot be proven to a third party',
        '',
        'Unknown types (ignored)',
        '  kitchen.cooked  1',
        '',
        '1 invalid line',
        '  not_json  1',
        `  line 6: not_json: ${detail}`,
        '    garbage',
        '',
        '8 lines of 1 node: attachment level 1 of 4 (liveness)',
        '2 problems.',
        '',
      ].join('\n'),
    );
  });

  test('cannot be made to steer a terminal', async () => {
    const report = await check(helloLine('a\u001b[2J', 'r'), ...say1(), '\u001b]0;owned\u0007');
    expect(renderStreamReport(report)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/u);
  });
});
