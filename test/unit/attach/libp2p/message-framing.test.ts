/** Messages counted in a stream of bytes, however they were cut into pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageCounter, type Framing } from '../../../../src/attach/libp2p/message-framing.js';

/** An unsigned varint, then so many bytes. */
function framed(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest, ...new Array<number>(length).fill(0xff)];
}

function sizes(framing: Framing, pieces: readonly Uint8Array[]): number[] {
  const counter = messageCounter(framing);
  const found: number[] = [];
  for (const piece of pieces) counter.pass(piece, 0, (bytes) => found.push(bytes));
  return found;
}

describe('messages framed by their length', () => {
  it('are the same however the stream is cut', () => {
    const lengths = fc.array(fc.oneof(fc.nat(3), fc.constantFrom(127, 128, 300, 16_384)), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(40)), (all, cuts) => {
        const bytes = Uint8Array.from(all.flatMap(framed));
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) pieces.push(bytes.subarray(at, (at += cut)));
        pieces.push(bytes.subarray(at));
        expect(sizes('length-prefixed', pieces)).toEqual(all.map((length) => framed(length).length));
      }),
    );
  });

  it('are read from byte lists too, and from where the new bytes begin', () => {
    const bytes = [9, 9, ...framed(4)];
    const list = { byteLength: bytes.length, get: (index: number) => bytes[index]! };
    const found: number[] = [];
    messageCounter('length-prefixed').pass(list, 2, (size) => found.push(size));
    expect(found).toEqual([5]);
  });

  it('are pieces, no byte lost, where what should be a length is none', () => {
    const noLength = new Uint8Array(12).fill(0xff);
    expect(sizes('length-prefixed', [noLength, new Uint8Array(7)])).toEqual([12, 7]);
  });
});

it('counts pieces where nothing is known of the framing', () => {
  expect(sizes('chunk', [new Uint8Array(3), new Uint8Array(1)])).toEqual([3, 1]);
});
