/**
 * Events as messages of NATS, and a batch of them as the body of one parcel: `subject TAB id TAB text` a line.
 *
 * A name may hold anything, a subject may not: what is not a letter, a digit, `_` or `-` is written as `%` and its bytes in
 * hexadecimal, so that different names stay different. What is concluded is of no node: `_` stands there.
 */
import { recordText, type EventRecord } from '../event-record.js';

/** One message. */
export interface NatsMessage {
  readonly subject: string;
  /** For `Nats-Msg-Id`: the same for the same event, whoever sends it and how often. */
  readonly id: string;
  readonly text: string;
}

const NO_NODE = '_';
const PLAIN = /^[A-Za-z0-9_-]+$/;

/** A name as one part of a subject. */
export function subjectPart(name: string): string {
  if (PLAIN.test(name)) return name === NO_NODE ? '%5F' : name;
  const bytes = Buffer.from(name);
  let part = '';
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    part += PLAIN.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return part === '' ? '%' : part;
}

/** `<prefix>.<chain>.<node>.<type>`; a type has parts of its own. */
export function subjectOf(prefix: string, { chain, node, type }: EventRecord): string {
  const parts = [subjectPart(chain), node === undefined ? NO_NODE : subjectPart(node)];
  return `${prefix}.${parts.join('.')}.${type}`;
}

/** `chain/node/run/domain/seq` of an event; `chain/type/key` of what has no number, or was concluded. */
export function messageId({ chain, node, run, type, key }: EventRecord): string {
  const isNumbered = /^\d+$/.test(key);
  const what = isNumbered ? type.slice(0, type.indexOf('.')) : type;
  const parts = node === undefined ? [chain, type, key] : [chain, node, run ?? '', what, key];
  return parts.map(subjectPart).join('/');
}

/** One line of a batch. */
export function messageLine(prefix: string, record: EventRecord): string {
  return `${subjectOf(prefix, record)}\t${messageId(record)}\t${recordText(record)}\n`;
}

/** The messages of a batch. */
export function messagesOf(body: Uint8Array): NatsMessage[] {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    .toString()
    .split('\n')
    .flatMap((line) => {
      const first = line.indexOf('\t');
      const second = line.indexOf('\t', first + 1);
      if (first < 0 || second < 0) return [];
      return [
        { subject: line.slice(0, first), id: line.slice(first + 1, second), text: line.slice(second + 1) },
      ];
    });
}
