import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineDecoder } from '../../../src/events/decode.js';
import { ListMemory } from '../../../src/events/list-memory.js';

function qc(signers: readonly string[]): string {
  return JSON.stringify({
    type: 'consensus.qc_received',
    node: 'n1',
    ts_us: 1,
    seq: 0,
    view: 1,
    block: 'b1',
    signers,
  });
}

function signersOf(decoder: LineDecoder, line: string): unknown {
  expect(decoder.decode(line)).toBe('event');
  return (decoder.event as unknown as { signers: unknown }).signers;
}

describe('lists said again', () => {
  it('are the list said before, by whichever stream', () => {
    const line = qc(['validator-1', 'validator-2', 'validator-33']);
    const first = signersOf(new LineDecoder(), line);
    expect(signersOf(new LineDecoder(), line)).toBe(first);
  });

  it('are read anew where anything differs', () => {
    const name = fc.stringMatching(/^[a-c]{1,6}$/);
    const list = fc.array(name, { minLength: 1, maxLength: 5 });
    const decoder = new LineDecoder();
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 40 }), (said) => {
        for (const signers of said) expect(signersOf(decoder, qc(signers))).toEqual(signers);
      }),
    );
  });
});

describe('ListMemory', () => {
  const wordsOf = (text: string): DataView => {
    const { buffer } = Uint8Array.from(Buffer.from(`${text}   `));
    return new DataView(buffer);
  };

  it('finds no list that goes on behind the end of the bytes', () => {
    const memory = new ListMemory();
    const words = wordsOf('["a","b"]');
    memory.keep(words, 0, 9, ['a', 'b']);
    expect(memory.find(words, 0, 9)).toEqual(['a', 'b']);
    expect(memory.length).toBe(9);
    expect(memory.find(words, 0, 8)).toBeUndefined();
  });

  it('forgets the list found longest ago', () => {
    const memory = new ListMemory();
    const texts = Array.from({ length: 9 }, (_, i) => `["id-${i}"]`);
    const find = (i: number) => memory.find(wordsOf(texts[i]!), 0, texts[i]!.length);
    texts.forEach((text, i) => {
      memory.keep(wordsOf(text), 0, text.length, [`id-${i}`]);
      expect(find(0), 'found again and again').toEqual(['id-0']);
    });
    expect(find(1)).toBeUndefined();
    expect(find(8)).toEqual(['id-8']);
  });

  it('does not keep what is too long', () => {
    const memory = new ListMemory();
    const text = `["${'x'.repeat(9_000)}"]`;
    memory.keep(wordsOf(text), 0, text.length, ['x']);
    expect(memory.find(wordsOf(text), 0, text.length)).toBeUndefined();
  });
});
