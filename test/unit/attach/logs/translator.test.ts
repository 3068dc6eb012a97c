import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAdapter, type Adapter } from '../../../../src/attach/logs/adapter.js';
import { loadAdapter, shippedAdapters } from '../../../../src/attach/logs/shipped.js';
import { compileTemplate } from '../../../../src/attach/logs/template.js';
import { LogTranslator } from '../../../../src/attach/logs/translator.js';
import { translateInto } from '../../../../src/attach/logs/translating-feed.js';
import { nodeLogBytes } from '../../../support/node-logs.js';

const facts = { chain: 'c', node: 'n', validator: 'V0', validators: ['V0', 'V1', 'V2', 'V3'] };

function caught(source: string, text: string): Record<string, string> | undefined {
  const template = compileTemplate(source);
  if (typeof template === 'string') throw new Error(template);
  const found = {};
  return template.match(text, found) ? found : undefined;
}

function adapter(text: string): Adapter {
  const read = readAdapter(text);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read;
}

test.each([
  ['entered <view>', 'entered 12', { view: '12' }],
  ['<level> <message>', 'WARN   late by 3', { level: 'WARN', message: 'late by 3' }],
  ['IDs: [ <signers>]', 'IDs: [ 1 2 3 ]', { signers: '1 2 3' }],
  ['a=<_> b=<b>', 'a=1 b=2', { b: '2' }],
  ['entered <view>', 'has entered 12', undefined],
  ['<a>, end', 'one, two', undefined],
])('%s on %j catches %j', (source, text, expected) => expect(caught(source, text)).toEqual(expected));

test('a template gives back what it was filled with, whatever words those are', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9+/]{1,12}$/);
  fc.assert(
    fc.property(word, word, (block, view) => {
      expect(caught('V(<a>, <view>, <block>)', `V(x, ${view}, ${block})`)).toEqual({ a: 'x', view, block });
    }),
  );
});

test('all that is wrong with an adapter is said at once, with its place', () => {
  const found = readAdapter(
    "id: x\ntitle: X\nversions: '1'\nprotocol: none\nframing: text\nline: '<a><b>'\ntime: { field: t, form: rfc3339 }\npatterns:\n  - message: 'm <v>'\n    tells: [{ event: consensus.view_entered, fields: { view: 'v +', hue: v } }]\n",
  );
  expect('problems' in found && found.problems.join('\n')).toMatch(
    /protocol: .*\n?.*line: two captures.*\n?[^]*fields.view[^]*no field hue[^]*needs trigger[^]*needs leader/,
  );
});

test('every shipped adapter says what its log cannot tell, is named as its file is, and is in the docs', () => {
  const docs = readFileSync(new URL('../../../../docs/ADAPTERS.md', import.meta.url), 'utf8');
  for (const name of shippedAdapters()) {
    const read = loadAdapter(name);
    expect(read.id).toBe(name);
    expect(docs).toContain(`| \`${name}\``);
    expect(read.cannotTell.length).toBeGreaterThan(0);
  }
  expect(() => loadAdapter('no-such')).toThrow(expect.objectContaining({ code: 'attach.adapter' }));
});

test('hostile lines change nothing but counters, under every adapter', () => {
  const hostile = [
    '\u0000\u0001\ufffd',
    '{'.repeat(50_000),
    `{"msg":"QC formed","view":${'9'.repeat(400)},"block_hash":"x"}`,
    '{"msg":"QC formed","view":-1,"block_hash":""}',
    '{"__proto__":{"msg":"QC formed"},"msg":{"toString":1}}',
    `entering view validator=${'v'.repeat(100_000)} view=v1`,
    '\u001b['.repeat(20_000),
    `2026-01-01T00:00:00Z  INFO entering view ${'validator=V0 view=v'.repeat(20_000)}`,
    'advanceView: { TC{ view: '.repeat(10_000),
  ];
  for (const name of shippedAdapters()) {
    const translator = new LogTranslator(loadAdapter(name), facts);
    for (const line of hostile) expect(translator.line(line).told).toEqual([]);
    const { matched, ignored, foreign, failed } = translator.counts;
    expect(matched + ignored + foreign + failed).toBe(hostile.length);
  }
});

test('a changed format is counted under the kind of line that changed', () => {
  const translator = new LogTranslator(loadAdapter('hotmint'), facts);
  const line = (rest: string) => translator.line(`2026-01-01T00:00:00.000001Z  INFO ${rest}`);
  expect(line('entering view validator=V0 view=v7 role=Replica epoch=e0').was).toBe('matched');
  expect(line('entering view validator=V0 round=7').was).toBe('failed');
  expect(translator.counts.drift).toEqual(new Map([['entering view', 1]]));
});

test("the lines of other nodes in the same log are not this one's", () => {
  const translator = new LogTranslator(loadAdapter('relab-hotstuff'), { ...facts, validator: '1' });
  const line = (who: string) =>
    translator.line(`2026-01-01T00:00:00.001Z\tDEBUG\t${who}\ts.go:1\tOnLocalTimeout: 5`);
  expect([line('hs1').was, line('hs2').was]).toEqual(['matched', 'foreign']);
});

test('colours of a terminal are no part of a line', () => {
  const translator = new LogTranslator(loadAdapter('hotmint'), facts);
  const line =
    '\u001b[2m2026-01-01T00:00:00.000001Z\u001b[0m \u001b[32m INFO\u001b[0m entering view \u001b[3mvalidator\u001b[0m\u001b[2m=\u001b[0mV0 \u001b[3mview\u001b[0m\u001b[2m=\u001b[0mv7 \u001b[3mrole\u001b[0m\u001b[2m=\u001b[0mLeader \u001b[3mepoch\u001b[0m\u001b[2m=\u001b[0me0';
  const { was, told } = translator.line(line);
  expect(was).toBe('matched');
  expect(told[1]).toContain('"view":7');
});

test('a program that states our events is read by the preset of its logger, and its own messages by a table', () => {
  const stated = new LogTranslator(loadAdapter('json-log-tracing'), facts);
  const line =
    '{"timestamp":"2026-01-01T00:00:00.5Z","level":"INFO","fields":{"event":"consensus.view_timed_out","view":"9"},"target":"x"}';
  expect(stated.line(line).told[1]).toBe(
    '{"type":"consensus.view_timed_out","node":"n","ts_us":1767225600500000,"seq":0,"view":9}',
  );
  expect(stated.line('{"fields":{"event":"consensus.nothing"}}').was).toBe('ignored');
  const own = adapter(
    "id: own\ntitle: Own\nversions: any\nprotocol: other\nframing: json\ntime: { field: ts, form: unix_seconds }\ngeneric: { name: [event], message: msg, fields: '', messages: { round timed out: consensus.view_timed_out } }\n",
  );
  expect(
    new LogTranslator(own, facts).line('{"ts":1767225600.25,"msg":"round timed out","view":3}').told[1],
  ).toContain('"ts_us":1767225600250000,"seq":0,"view":3');
});

test('a log in chunks of any size becomes the same events', () => {
  const bytes = nodeLogBytes('hotmint/v2').subarray(0, 40_000);
  const through = (size: number): string => {
    let out = '';
    const translator = new LogTranslator(loadAdapter('hotmint'), facts);
    const feed = translateInto(
      { write: (chunk) => void (out += Buffer.from(chunk).toString()), end: () => {} },
      translator,
    );
    for (let at = 0; at < bytes.length; at += size) feed.write(bytes.subarray(at, at + size));
    feed.end();
    return out;
  };
  const whole = through(bytes.length);
  expect(whole.split('\n').length).toBeGreaterThan(100);
  for (const size of [1, 7, 4096]) expect(through(size)).toBe(whole);
});

describe('of a log with whole seconds', () => {
  const secondUs = 1_767_225_600_000_000;
  const line = (second: number) =>
    `[2026-01-01T00:00:0${second}Z INFO hotstuff_rs::logging] ViewTimeout, 1767225600, 4`;
  const timesOf = (seconds: readonly number[], arrived?: () => number) => {
    const translator = new LogTranslator(loadAdapter('hotstuff-rs'), facts, arrived);
    return seconds.map((second) => {
      const told = translator.line(line(second)).told.at(-1)!;
      return (JSON.parse(told) as { ts_us: number }).ts_us - secondUs;
    });
  };

  test('the arrival says where in the second a line was printed, while it is followed', () => {
    expect(timesOf([0], () => secondUs + 777_000)).toEqual([777_000]);
    expect(timesOf([0])).toEqual([0]);
  });

  test('the log says which second, however late or early a line comes', () => {
    expect(timesOf([1, 1, 2], () => secondUs + 60_000_000)).toEqual([1_900_000, 1_900_001, 2_900_000]);
    expect(timesOf([3], () => secondUs)).toEqual([3_000_000]);
  });

  test('lines keep their order within the second', () => {
    expect(timesOf([0, 0, 1, 1, 0])).toEqual([0, 1, 1_000_000, 1_000_001, 1_000_002]);
    expect(timesOf([0, 0], () => secondUs + 5)).toEqual([5, 6]);
  });

  test('it is said how coarse the clock is', () => {
    const [hello] = new LogTranslator(loadAdapter('hotstuff-rs'), facts).line(line(0)).told;
    expect(JSON.parse(hello!)).toMatchObject({ type: 'hello', ts_resolution_us: 1_000_000 });
  });
});
