/** Events as messages: names of any kind in subjects and ids, never two names as one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../../../src/export/event-record.js';
import {
  messageId,
  messageLine,
  messagesOf,
  subjectOf,
  subjectPart,
} from '../../../../src/export/nats/message.js';

const record: EventRecord = {
  type: 'consensus.vote_received',
  chain: 'main',
  node: 'n1',
  run: 'r',
  key: '7',
  json: '{"a":\t1}',
};

describe('a message', () => {
  it('has the subject and the id of its event', () => {
    expect(subjectOf('hs.fleet', record)).toBe('hs.fleet.main.n1.consensus.vote_received');
    expect(messageId(record)).toBe('main/n1/r/consensus/7');
  });

  it('has a place for the node where there is none, which no node can take', () => {
    const verdict = { ...record, type: 'quorumscope.verdict', node: undefined, run: undefined, key: '0/7' };
    expect(subjectOf('hs', verdict)).toBe('hs.main._.quorumscope.verdict');
    expect(messageId(verdict)).toBe('main/quorumscope%2Everdict/0%2F7');
    expect(subjectPart('_')).not.toBe('_');
  });

  it('keeps what has no number apart by its type', () => {
    const hello = messageId({ ...record, type: 'hello', key: 'at-7' });
    expect(hello).toBe('main/n1/r/hello/at-7');
  });

  it('has no part that NATS reads as more than a name, and different names stay different', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '%', '.', '*', '>', ' ', '_'));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(subjectPart(one)).toMatch(/^[A-Za-z0-9_%-]+$/);
        if (one !== other) expect(subjectPart(one)).not.toBe(subjectPart(other));
      }),
    );
  });

  it('comes out of a batch as it went in', () => {
    const body = Buffer.from(messageLine('hs', record) + messageLine('hs', { ...record, key: '8' }));
    expect(messagesOf(body)).toEqual(
      ['7', '8'].map((seq) => ({
        subject: 'hs.main.n1.consensus.vote_received',
        id: `main/n1/r/consensus/${seq}`,
        text: '{"chain":"main","node":"n1","run":"r","event":{"a":\t1}}',
      })),
    );
  });
});
