/**
 * A mapping: which names of a node's own page become which metrics here, as data. Several kinds of nodes
 * map to the same names (`node_*`), so that one query and one panel fit them all. Reading one lists every
 * problem with its place.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import { QuorumscopeError } from '../../base/errors.js';

const name = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,255}$/, 'expected the name of a metric');
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,255}$/, 'expected the name of a label');
const own = name.refine(
  (text) => !/^(hotstuff_|quorumscope_)/.test(text),
  'hotstuff_ and quorumscope_ are ours',
);

/**
 * What a line of a mapping may say, for sources whose names and labels look as given. The names that it makes are ours to
 * show, so they are Prometheus's always.
 */
export function mappingRule(from: z.ZodString, ofLabel: z.ZodString) {
  return z.strictObject({
    /** As the page writes it; several when versions differ. The first that a page has is taken. */
    from: z
      .union([from, z.array(from).min(1)])
      .transform((given) => (typeof given === 'string' ? [given] : given)),
    to: own,
    help: z.string().min(1).max(500),
    /** Else the page's own `# TYPE`. */
    kind: z.enum(['counter', 'gauge']).optional(),
    /** Values are multiplied by it: 0.001 where the page says milliseconds. */
    scale: z.number().positive().optional(),
    /** Only series that have these labels. */
    where: z.record(ofLabel, z.string()).optional(),
    /** Labels that are kept; the series of all others are merged. */
    labels: z.array(ofLabel).max(8).default([]),
    /** How series that fall together are merged. */
    merge: z.enum(['sum', 'max', 'min']).default('sum'),
  });
}

const rule = mappingRule(name, label);

const mapping = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected small letters, digits and -'),
  /** Which node, and where the names were found. */
  about: z.string().min(1),
  metrics: z.array(rule).min(1).max(500),
});

/** One line of a mapping. */
export type MappingRule = z.infer<typeof rule>;
/** A mapping. */
export type Mapping = z.infer<typeof mapping>;

/** @throws QuorumscopeError `attach.mapping` listing every problem */
export function parseMapping(text: string, file: string): Mapping {
  let tree: unknown;
  try {
    tree = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw invalid(file, [error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not YAML'], error);
  }
  const read = mapping.safeParse(tree);
  if (!read.success)
    throw invalid(
      file,
      read.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    );
  const problems = shapeProblems(read.data.metrics);
  if (problems.length > 0) throw invalid(file, problems);
  return read.data;
}

/** Lines that make one metric in two forms. */
export function shapeProblems(rules: readonly MappingRule[]): string[] {
  const shapes = new Map<string, string>();
  return rules.flatMap(({ to, labels, kind }, i) => {
    const shape = JSON.stringify([labels, kind]);
    if ((shapes.get(to) ?? shape) !== shape)
      return [`metrics.${i}: ${to} has other labels or another kind above`];
    shapes.set(to, shape);
    return [];
  });
}

/** What is thrown for a mapping with problems. */
export function invalid(file: string, problems: readonly string[], cause?: unknown): QuorumscopeError {
  return new QuorumscopeError('attach.mapping', 'configuration', `${file}: ${problems.join('; ')}`, {
    details: { file, problems },
    cause,
  });
}
