/**
 * What a node states about itself and its stream: the facts of `hello`, checked against its schema, and
 * the line. The facts are immutable; an update makes new ones.
 */
import { messageOf } from '../../base/errors.js';
import { encoders } from '../../events/encode.js';
import { hello, MAX_LINE_BYTES, type protocolVariants } from '../../events/envelope.js';
import type { ValidatorEntry } from '../../events/schema.js';
import { domainNames, schemas } from '../../events/vocabulary.js';

/** What may change while the node runs. */
export interface HelloUpdate {
  /** The consensus variant; decides which invariants the sidecar watches. */
  readonly protocol?: (typeof protocolVariants)[number];
  /** The epoch that `validators` belongs to. */
  readonly epoch?: number;
  /** The validator set with voting power and optional names. */
  readonly validators?: readonly ValidatorEntry[];
  /** The id under which this node itself votes. */
  readonly validator?: string;
  /** The base view timer, microseconds. */
  readonly viewTimeoutUs?: number;
  /** Name and version of the node software. */
  readonly software?: string;
}

/** Who speaks: fixed for the life of a hooks object. */
export interface HookIdentity {
  readonly chain: string;
  readonly node: string;
  /** Random id of this process start. */
  readonly run: string;
}

/** Everything that `hello` states, except when it is said and where counting stands. */
export type HelloFacts = Readonly<Record<string, unknown>>;

/** Room for `next_seq` and longer stamps. */
const ROOM_BYTES = 4_096;
const HELLO_INDEX = schemas.indexOf(hello);

/** The facts of an identity, with `update` over `before`; or one sentence on what is wrong. */
export function factsOf(
  identity: HookIdentity,
  update: HelloUpdate,
  before: HelloFacts = {},
): HelloFacts | string {
  const { chain, node, run } = identity;
  const { protocol, epoch, validators, validator, viewTimeoutUs, software } = update;
  const given = { protocol, epoch, validators, validator, view_timeout_us: viewTimeoutUs, software };
  const facts: Record<string, unknown> = { ...before, chain, run };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) facts[name] = value;
  try {
    if (node === undefined) return 'node: absent';
    const bytes = Buffer.byteLength(helloLine(node, facts, [], 0, 0));
    // The caller may change the list it gave; the stream says what was stated.
    return bytes > MAX_LINE_BYTES - ROOM_BYTES
      ? 'validators: a hello must fit into a line of 1 MiB'
      : structuredClone(facts);
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The line, with its newline.
 * @param nextSeq by position in `domainNames`, what the sidecar is to expect next on this stream
 * @throws QuorumscopeError `events.encoding` on facts that `factsOf` would refuse
 */
export function helloLine(
  node: string,
  facts: HelloFacts,
  nextSeq: readonly number[],
  tsUs: number,
  monoUs: number,
): string {
  const next_seq = Object.fromEntries(domainNames.map((name, i) => [name, nextSeq[i] ?? 0] as const));
  return `${encoders[HELLO_INDEX]!(node, tsUs, monoUs, undefined, undefined, { ...facts, next_seq })}\n`;
}
