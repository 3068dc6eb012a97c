/**
 * What the sidecar should know of the chain and cannot learn from the stream: names of validators, and a
 * `hello` for producers that cannot say one, such as a log pipeline.
 */
import { section } from './section.js';
import { choice, duration, names, nullable, size, text } from './setting.js';

/** The words of `hello.protocol`. */
export const protocols = [
  'hotstuff2-basic',
  'hotstuff2-chained',
  'hotstuff3-chained',
  'jolteon',
  'monadbft',
  'other',
] as const;

/** Stands in for the `hello` of a stream. */
export interface ConfiguredHello {
  readonly chain: string;
  readonly node: string;
  readonly protocol: (typeof protocols)[number];
  readonly viewTimeoutUs: number | null;
}

const name = { pattern: /^[^\s\p{Cc}]{1,256}$/u, expected: 'a name without spaces, at most 256 characters' };

export const chain = section({
  name: 'chain',
  doc: 'What the stream does not say about the chain.',
  settings: {
    validators: names({
      doc: 'Names of validators by id. They become the label `validator`; an announced name gives way to them.',
      fallback: {},
    }),
    id: nullable(
      text(name, { doc: 'Name of the chain, for producers that cannot say `hello`.', fallback: null }),
    ),
    node: nullable(
      text(name, { doc: 'Name of the node, for producers that cannot say `hello`.', fallback: null }),
    ),
    protocol: choice(protocols, {
      doc: 'The consensus variant, for producers that cannot say `hello`. It decides which invariants apply.',
      fallback: 'other',
    }),
    view_timeout: nullable(
      duration(
        { min: '1ms', max: '1h' },
        { doc: 'The base view timer, for producers that cannot say `hello`.', fallback: null },
      ),
    ),
    link_capacity: nullable(
      size(
        { min: '1KB' },
        {
          doc: "Bytes per second that each node's network link carries, both directions together, for `bandwidth_utilization`; null takes what nodes report.",
          fallback: null,
        },
      ),
    ),
  },
  rules: ({ id, node }) => {
    const both = 'chain.id and chain.node stand in for a `hello` together: set both, or neither.';
    if (typeof id === 'string' && node === null) return [{ key: 'id', message: both }];
    if (id === null && typeof node === 'string') return [{ key: 'node', message: both }];
    return [];
  },
  build: ({ validators, id, node, protocol, view_timeout, link_capacity }) => ({
    /** Name by validator id. */
    validators,
    /** Bytes per second, or null. */
    linkCapacityBytes: link_capacity,
    hello:
      id === null || node === null
        ? null
        : ({ chain: id, node, protocol, viewTimeoutUs: view_timeout } satisfies ConfiguredHello),
  }),
});
