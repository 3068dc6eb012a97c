/** The decoder: what a line means, that no line can harm, and that the fast ways agree with the reference. */
import { deepStrictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import vm from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateDecodeFunctions, LineDecoder, type Verdict } from '../../../src/events/decode.js';
import { generateScanFunctions, LineScanner } from '../../../src/events/scanner.js';
import { wireFormByType, wireForms } from '../../../src/events/wire.js';
import { anyEvent, lineOf } from './arbitrary.js';

interface Outcome {
  readonly verdict: Verdict;
  readonly event: unknown;
  readonly keys: readonly string[];
  readonly index: number | undefined;
  readonly problem: string;
  readonly unknown: string;
}

function outcomeOf(decoder: LineDecoder, line: string): Outcome {
  const verdict = decoder.decode(line);
  return {
    verdict,
    event: decoder.event,
    keys: Object.keys(decoder.event ?? {}),
    index: verdict === 'event' ? decoder.index : undefined,
    problem: verdict === 'invalid' ? `${decoder.reason}: ${decoder.detail}` : '',
    unknown: verdict === 'unknown' ? decoder.unknownType : String(decoder.unknownFields),
  };
}

const vote =
  '{"type":"consensus.vote_received","node":"n1","ts_us":1767225600000000,"mono_us":12.5,"seq":7,"view":3,"vote":"vote1","block":"b3","validator":"v2"}';

function decoded(line: string, node?: string): LineDecoder {
  const decoder = new LineDecoder();
  decoder.node = node;
  decoder.decode(line);
  return decoder;
}

describe('a line that holds', () => {
  it('becomes an event of the full shape, without v and without what its type does not know', () => {
    const decoder = new LineDecoder();
    expect(decoder.decode(vote.replace('{', '{"v":1,').replace('}', ',"color":"red"}'))).toBe('event');
    expect(decoder.unknownFields).toBe(1);
    deepStrictEqual(decoder.event, {
      type: 'consensus.vote_received',
      node: 'n1',
      ts_us: 1767225600000000,
      mono_us: 12.5,
      seq: 7,
      view: 3,
      epoch: undefined,
      vote: 'vote1',
      block: 'b3',
      validator: 'v2',
      late_us: undefined,
      processing_us: undefined,
      signature: undefined,
    });
  });

  it('speaks for the node of hello when it names none', () => {
    const line = vote.replace('"node":"n1",', '');
    expect(decoded(line, 'n9').event?.node).toBe('n9');
    expect(decoded(line).reason).toBe('no_hello');
  });

  it('may write integers as decimal strings', () => {
    const line = '{"type":"execution.limit_changed","ts_us":"5","seq":1,"scope":"block","dimension":"fuel",';
    const event = decoded(`${line}"old":"12","new":"18446744073709551615","source":"operator"}`, 'n').event;
    expect(event).toMatchObject({ ts_us: 5, old: 12, new: 2n ** 64n - 1n });
  });

  it('need not count seq in hello and source.dropped', () => {
    expect(decoded('{"v":1,"type":"hello","node":"n","chain":"c","run":"r","ts_us":1}').event).toBeDefined();
    expect(
      decoded('{"type":"source.dropped","ts_us":1,"domain":"network","count":4}', 'n').event,
    ).toBeDefined();
  });

  it('keeps a label named __proto__', () => {
    const line = '{"type":"metric.sampled","ts_us":1,"seq":1,"metric":"m","value":1,"labels":';
    const event = decoded(`${line}{"__proto__":"x","a":"b"}}`, 'n').event as { labels?: object } | undefined;
    expect(Object.entries(event?.labels ?? {})).toEqual([
      ['__proto__', 'x'],
      ['a', 'b'],
    ]);
  });
});

describe('a line that does not hold', () => {
  const cases: readonly [what: string, line: string, reason: string, detail: RegExp][] = [
    ['half a line', vote.slice(0, 60), 'not_json', /./],
    ['a list', '[]', 'not_an_object', /object/],
    ['another version', vote.replace('{', '{"v":2,'), 'wrong_version', /found 2, expected 1/],
    ['no type', '{"seq":1}', 'missing_field', /type/],
    ['a type that is a number', '{"type":1}', 'wrong_type', /found 1/],
    ['no view', vote.replace('"view":3,', ''), 'missing_field', /^view: absent/],
    ['a fraction', vote.replace('"view":3', '"view":3.5'), 'out_of_range', /^view: found 3.5/],
    ['a negative view', vote.replace('"view":3', '"view":-3'), 'out_of_range', /found -3/],
    ['an unsafe integer', vote.replace('"view":3', '"view":9007199254740992'), 'out_of_range', /view/],
    ['infinity', vote.replace('12.5', '1e400'), 'out_of_range', /found Infinity/],
    ['leading zeros', vote.replace('"view":3', '"view":"03"'), 'wrong_type', /found "03"/],
    ['a plus sign', vote.replace('"view":3', '"view":"+3"'), 'wrong_type', /found "\+3"/],
    ['minus zero as a string', vote.replace('"view":3', '"view":"-0"'), 'wrong_type', /found "-0"/],
    ['an unknown phase', vote.replace('vote1', 'vote9'), 'not_in_list', /vote1, vote2, vote3/],
    ['an inherited name as a phase', vote.replace('vote1', 'constructor'), 'not_in_list', /vote/],
    ['an empty id', vote.replace('"b3"', '""'), 'out_of_range', /^block/],
    ['a long id', vote.replace('b3', 'b'.repeat(257)), 'too_long', /at most 256/],
    ['half a surrogate pair', vote.replace('b3', '\\ud800'), 'invalid_utf8', /^block/],
    ['a weighted vote', vote.replace('"view"', '"weight":2,"view"'), 'not_sampled', /may not be sampled/],
    ['an oversize line', `"${'x'.repeat(1024 * 1024)}"`, 'oversize', /characters/],
  ];
  it.each(cases)('%s', (_what, line, reason, detail) => {
    for (const decoder of [new LineDecoder(), new LineDecoder('none')]) {
      expect(decoder.decode(line)).toBe('invalid');
      expect(decoder.reason).toBe(reason);
      expect(decoder.detail).toMatch(detail);
      expect(decoder.event).toBeUndefined();
    }
  });

  it('refuses a weight below one', () => {
    const line =
      '{"type":"network.latency_measured","node":"n","ts_us":1,"seq":1,"weight":W,"peer":"p","rtt_us":1}';
    expect(decoded(line.replace('W', '0.5')).reason).toBe('out_of_range');
    expect(decoded(line.replace('W', '2.5')).event?.['weight' as 'type']).toBe(2.5);
  });

  it('survives a value nested deeper than a stack', () => {
    const deep = '['.repeat(400_000) + ']'.repeat(400_000);
    expect(decoded(vote.replace('"view":3', `"view":${deep}`)).detail).toMatch(/found a list of 1/);
  });

  it('counts inherited names as unknown fields', () => {
    const line = vote.replace('}', ',"constructor":1,"__proto__":{"view":9},"hasOwnProperty":null}');
    const decoder = decoded(line);
    expect(decoder.unknownFields).toBe(3);
    expect(decoder.event).toMatchObject({ view: 3 });
    expect(decoded('{"type":"constructor"}').unknownType).toBe('constructor');
  });
});

/** A line with something in it that a scanner could stumble over. */
const mutatedLine: fc.Arbitrary<string> = fc
  .record({
    drawn: anyEvent,
    mutation: fc.nat(15),
    at: fc.nat(),
    piece: fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '}',
        '{',
        ',',
        ':',
        ' ',
        '\n',
        '\t',
        '-',
        '0',
        '.',
        'e',
        '\\u0061',
        '\u0000',
        'é',
        '\ud800',
      ),
      fc.string({ maxLength: 3 }),
    ),
    value: fc.oneof(
      fc.constantFrom(
        ...['null', 'true', '-0', '0', '00', '1.0', '1e5', '1E2', '1e400', '-1', '.5', '5.', '0.1', '1e-7'],
        ...['9007199254740991', '9007199254740992', '9007199254740993', '18446744073709551616'],
        ...['9007199254740991.5', '0.30000000000000004', '123456789012.123456', '1234567890123456789.5'],
        ...[
          '""',
          '"0"',
          '"00"',
          '"12"',
          '"+1"',
          '"-0"',
          '"-5"',
          '"9007199254740993"',
          '"18446744073709551615"',
        ],
        ...['[]', '[""]', '["a"]', '["a","b"]', '["a",]', '{}', '{"a":"b"}', '{"a":1}', '{"__proto__":"x"}'],
        ...['"__proto__"', '"\\ud800"', '"é"', '"a\\nb"', '[1,2]', '[2,1]', '[{"id":"a","power":1}]'],
      ),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    ),
  })
  .map(({ drawn, mutation, at, piece, value }) => {
    const { form, event } = drawn;
    const line = lineOf(event);
    const entries = Object.entries(event).filter(([, found]) => found !== undefined);
    const join = (pairs: readonly (readonly [string, string])[]): string =>
      `{${pairs.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
    const pairs = entries.map(([key, found]) => [key, lineOf(found as never)] as const);
    const where = at % (pairs.length + 1);
    const position = at % (line.length + 1);
    const field = form.fields[at % form.fields.length]!;
    switch (mutation) {
      case 0:
      case 1:
        return line;
      case 2:
        return line.slice(0, position);
      case 3:
        return line.slice(0, position) + piece + line.slice(position);
      case 4:
        return line.slice(0, position) + line.slice(position + 1);
      case 5:
        return line.slice(0, position) + piece + line.slice(position + 1);
      case 6:
        return join(pairs.toReversed());
      case 7:
        return join([...pairs.slice(0, where), ['extra', value], ...pairs.slice(where)]);
      case 8:
        return join([...pairs.slice(0, where), ['__proto__', value], ...pairs.slice(where)]);
      case 9:
        return join([...pairs, pairs[where % pairs.length]!]);
      case 10:
      case 11:
      case 12:
        return join(pairs.map(([key, json]) => [key, key === field.name ? value : json] as const));
      case 13:
        return join([...pairs.slice(0, where), [field.name, value], ...pairs.slice(where)]);
      case 14:
        return `{"v":${value},${line.slice(1)}`;
      default:
        return line.replaceAll(',"', ', "');
    }
  });

describe('scanner and acceptor', () => {
  it('agree with the interpreter on any line', () => {
    const fast = new LineDecoder();
    const reference = new LineDecoder('none');
    fc.assert(
      fc.property(mutatedLine, fc.constantFrom(undefined, 'from-hello'), (line, node) => {
        fast.node = reference.node = node;
        deepStrictEqual(outcomeOf(fast, line), outcomeOf(reference, line));
      }),
      { numRuns: 6000 },
    );
  });

  it('agree on a canonical line with one byte changed, at every place', () => {
    const fast = new LineDecoder();
    const reference = new LineDecoder('none');
    const line = vote.replace('}', ',"late_us":10.25,"signature":"c2ln"}');
    for (let at = 0; at <= line.length; at++)
      for (const byte of ['"', '\\', '}', ',', '0', '9', '.', 'e', '-', ' ', '\u001f', '\u0080', ''])
        for (const changed of [line.slice(0, at) + byte + line.slice(at + 1), line.slice(0, at) + byte])
          deepStrictEqual(outcomeOf(fast, changed), outcomeOf(reference, changed));
  });

  it('agree on lines that end otherwise than their length in bytes says', () => {
    const fast = new LineDecoder();
    const reference = new LineDecoder('none');
    for (const line of [vote.replace('"n1"', '"é"') + '}', vote + '}', vote.slice(0, -2) + '}', vote + ' '])
      for (let longerBefore = 0; longerBefore < 2; longerBefore++) {
        if (longerBefore) fast.decode(vote.replace('}', ',"late_us":1,"signature":"s"}'));
        deepStrictEqual(outcomeOf(fast, line), outcomeOf(reference, line));
      }
  });

  it('scan the canonical line of every type that has no rare fields', () => {
    const scanner = new LineScanner(generateScanFunctions()!);
    const rare = new Set(['amounts', 'bounds', 'validators', 'sequences']);
    for (const form of wireForms) {
      const plain: Record<string, unknown> = {
        id: 'abc',
        text: 'x y',
        uint: 5,
        uint64: 6,
        int: -7,
        number: -1.5,
        duration: 12345678901.25,
        weight: 2,
        bool: true,
        ids: ['v1', 'v2'],
        labels: { a: 'b', c: '' },
      };
      const event: Record<string, unknown> = { type: form.schema.type };
      for (const { name, field } of form.fields)
        if (!rare.has(field.kind)) event[name] = field.values?.at(-1) ?? plain[field.kind];
        else if (field.optional) event[name] = undefined;
      if (form.fields.some(({ field }) => rare.has(field.kind) && !field.optional)) continue;
      deepStrictEqual(scanner.scan(lineOf(event), undefined), event);
      expect(scanner.index).toBe(form.index);
    }
  });

  it('read every double as JSON.parse does', () => {
    const scanner = new LineScanner(generateScanFunctions()!);
    const head =
      '{"type":"network.clock_offset_measured","node":"n","ts_us":1,"seq":1,"peer":"p","offset_us":';
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(22), (value, digits) => {
        for (const text of [String(value), value.toFixed(digits)]) {
          const event = scanner.scan(`${head}${text}}`, undefined) as { offset_us?: number } | undefined;
          if (event !== undefined) deepStrictEqual(event.offset_us, JSON.parse(text) + 0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('remember strings without confusing them', () => {
    const scanner = new LineScanner(generateScanFunctions()!);
    const head = '{"type":"execution.instance_created","node":"n","ts_us":1,"seq":1,"instance":';
    for (let i = 0; i < 20_000; i++) {
      const instance = `${'0x'.padEnd(i % 75, 'abcd')}${i % 3000}`;
      const event = scanner.scan(`${head}"${instance}","contract":"c"}`, undefined);
      deepStrictEqual(event, {
        type: event?.type,
        node: 'n',
        ts_us: 1,
        mono_us: undefined,
        seq: 1,
        instance,
        contract: 'c',
      });
    }
  });
});

describe('a process that forbids code generation', () => {
  it('interprets', () => {
    const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } });
    const refusing = vm.runInContext('Function', context) as FunctionConstructor;
    expect(generateDecodeFunctions(refusing)).toBeUndefined();
    expect(new LineDecoder(generateDecodeFunctions(refusing) ?? 'none').decode(vote)).toBe('event');
  });

  it('loads and decodes', () => {
    const script = `import { LineDecoder, generateDecodeFunctions } from './src/events/decode.ts';
      if (generateDecodeFunctions() !== undefined) throw new Error('code was generated');
      process.stdout.write(new LineDecoder().decode(${JSON.stringify(vote)}));`;
    const verdict = execFileSync(
      process.execPath,
      ['--disallow-code-generation-from-strings', '--import', 'tsx', '--input-type=module', '-e', script],
      { encoding: 'utf8' },
    );
    expect(verdict).toBe('event');
  });
});

describe('the vocabulary', () => {
  it('has no field that clashes with the envelope or an inherited name', () => {
    for (const form of wireForms) {
      const names = form.fields.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) {
        expect(name in {}).toBe(false);
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      }
      for (const name of Object.keys(form.schema.fields))
        expect(['v', 'type', 'node', 'ts_us', 'mono_us', 'seq', 'weight']).not.toContain(name);
      expect(wireFormByType.get(form.schema.type)).toBe(form);
    }
  });

  it('never samples what is vital', () => {
    for (const { schema } of wireForms)
      if (schema.priority === 'vital') expect(schema.sampled).not.toBe(true);
  });
});
