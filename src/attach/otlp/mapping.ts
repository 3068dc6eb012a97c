/**
 * A mapping for OTLP: what spans, events and metrics of a program that has OpenTelemetry already become here, as data. The
 * lines for metrics are those of scraped pages, the patterns those of log adapters, so that one who knows these knows this.
 * Reading one finds all its problems, each with its place; a read mapping cannot fail later.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../base/errors.js';
import { protocolVariants } from '../../events/envelope.js';
import { readPattern, type LinePattern } from '../logs/adapter.js';
import { invalid, mappingRule, shapeProblems } from '../scrape/mapping.js';

const text = z.string().max(256);
const name = z.string().regex(/^[^\s\p{Cc}]{1,256}$/u, 'expected a name without spaces');
const names = z.array(name).max(16);
const raw = z.record(z.string(), z.unknown());

/** How metrics that no line names are called. */
const generic = z.strictObject({
  /** Names that are taken; `*` at the end is any rest. */
  take: names.min(1),
  leave: names.default([]),
  /** Beginnings that are cut off. */
  cut: z.array(text).default([]),
  /** What every name begins with here. */
  prefix: z
    .string()
    .regex(/^(?!hotstuff_|quorumscope_)[a-z][a-z0-9_]{0,62}$/, 'expected a beginning of names'),
});

const mapping = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected small letters, digits and -'),
  about: z.string().min(1),
  /** What tells such a mapping from one of scraped names. */
  source: z.literal('otlp'),
  protocol: z.enum(protocolVariants).default('other'),
  /** Attributes of the resource that say who speaks; of each list the first that is there. */
  resource: z
    .strictObject({
      node: names.default(['hotstuff.node', 'service.instance.id', 'service.name']),
      chain: names.default(['hotstuff.chain']),
      validator: names.default(['hotstuff.validator']),
      /** All that are there name a start of the process together. */
      run: names.default(['hotstuff.run', 'service.instance.id', 'process.pid']),
    })
    .default({
      node: ['hotstuff.node', 'service.instance.id', 'service.name'],
      chain: ['hotstuff.chain'],
      validator: ['hotstuff.validator'],
      run: ['hotstuff.run', 'service.instance.id', 'process.pid'],
    }),
  /** Records and spans that bear the name of an event of ours. */
  stated: z
    .strictObject({
      /** What may stand before the names. */
      names: z.array(text).min(1).default(['']),
      /** What stands before the names of fields, in the order in which it is tried. */
      fields: z.array(text).min(1).default(['hotstuff.', '']),
    })
    .optional(),
  /** Log records and events of spans. */
  records: z.array(raw).max(500).default([]),
  spans: z.array(raw).max(500).default([]),
  metrics: z.array(mappingRule(name, name)).max(500).default([]),
  generic_metrics: generic.optional(),
});

type Read = z.infer<typeof mapping>;

/** One line for metrics. */
export type MetricRule = Read['metrics'][number];

/** How metrics that no line names are called. */
export type GenericMetrics = z.infer<typeof generic>;

/** What a span becomes. */
export interface SpanPattern {
  /** What is told of its beginning; of it and of its end the same is caught. */
  readonly start: LinePattern;
  readonly end: LinePattern;
}

/** A mapping that was read. */
export type OtlpMapping = Omit<Read, 'records' | 'spans' | 'generic_metrics'> & {
  readonly records: readonly LinePattern[];
  readonly spans: readonly SpanPattern[];
  readonly genericMetrics: GenericMetrics | undefined;
};

/** Whether a file is a mapping for OTLP rather than one of scraped names; false where it cannot be read. */
export function isOtlpMapping(yaml: string): boolean {
  try {
    const tree: unknown = parse(yaml, { maxAliasCount: 0 });
    return typeof tree === 'object' && tree !== null && 'source' in tree;
  } catch {
    return false;
  }
}

/** @throws QuorumscopeError `attach.mapping` listing every problem */
export function parseOtlpMapping(yaml: string, file: string): OtlpMapping {
  let tree: unknown;
  try {
    tree = parse(yaml, { maxAliasCount: 0 });
  } catch (error) {
    throw invalid(file, [messageOf(error).split('\n')[0] ?? ''], error);
  }
  const read = mapping.safeParse(tree);
  if (!read.success)
    throw invalid(
      file,
      read.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    );
  const problems = shapeProblems(read.data.metrics);
  const at = (place: string, problem: string): undefined => void problems.push(`${place}: ${problem}`);
  const { records, spans, generic_metrics: genericMetrics, ...others } = read.data;
  const made = {
    ...others,
    genericMetrics,
    records: records.map((one, i) => readPattern(one, `records.${i}`, 'json', at)),
    spans: spans.map((one, i) => {
      const { starts, tells, keep, remember, begins_run, ...common } = one;
      return {
        start: readPattern({ ...common, tells: starts, begins_run }, `spans.${i}.start`, 'json', at),
        end: readPattern({ ...common, tells, keep, remember }, `spans.${i}`, 'json', at),
      };
    }),
  };
  if (!read.data.stated && !genericMetrics && records.length + spans.length + others.metrics.length === 0)
    at('the file', 'maps nothing: expected stated, records, spans, metrics or generic_metrics');
  // A pattern's two readings find the same twice.
  if (problems.length > 0) throw invalid(file, [...new Set(problems)]);
  return made;
}
