/**
 * What a node states about itself and its stream: the facts of `hello`, checked against its schema, and
 * the line. The facts are immutable; an update makes new ones.
 */
import type { protocolVariants } from '../../events/envelope.js';
import { hello, MAX_LINE_BYTES, PROTOCOL_VERSION } from '../../events/envelope.js';
import type { ValidatorEntry } from '../../events/schema.js';
import { checkFields } from '../../events/validate.js';
import { domainNames } from '../../events/vocabulary.js';

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

/** Room for the envelope and `next_seq`. */
const ENVELOPE_BYTES = 4_096;
const MAX_NODE = 256;

/** The facts of an identity, with `update` over `before`; or one sentence on what is wrong. */
export function factsOf(
  identity: HookIdentity,
  update: HelloUpdate,
  before: HelloFacts = {},
): HelloFacts | string {
  const { chain, node, run } = identity;
  if (typeof node !== 'string' || node.length < 1 || node.length > MAX_NODE) {
    return 'node: expected a string of 1 to 256 characters';
  }
  const { protocol, epoch, validators, validator, viewTimeoutUs, software } = update;
  const given = { protocol, epoch, validators, validator, view_timeout_us: viewTimeoutUs, software };
  const facts: Record<string, unknown> = { ...before, chain, run };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) facts[name] = value;
  const problem = checkFields(facts, hello.fields);
  if (problem) return problem.detail;
  if (Buffer.byteLength(stringify(facts)) > MAX_LINE_BYTES - ENVELOPE_BYTES) {
    return 'validators: the whole statement must fit into one line of 1 MiB';
  }
  return facts;
}

/**
 * The line, with its newline.
 * @param nextSeq by position in `domainNames`, what the sidecar is to expect next on this stream
 */
export function helloLine(
  node: string,
  facts: HelloFacts,
  nextSeq: readonly number[],
  tsUs: number,
  monoUs: number,
): string {
  const next_seq = Object.fromEntries(domainNames.map((name, i) => [name, nextSeq[i] ?? 0] as const));
  const envelope = { v: PROTOCOL_VERSION, type: hello.type, node, ts_us: tsUs, mono_us: monoUs };
  return `${stringify({ ...envelope, ...facts, next_seq })}\n`;
}

function stringify(value: object): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}
