/**
 * Reads a metrics page, Prometheus text or OpenMetrics, into samples. Linear in its length, without
 * regular expressions over the page; a line that cannot be read costs only itself and is counted with a
 * bounded reason. It must never throw: the page is whatever answered.
 */

/** One sample of a page; exemplars and timestamps are left behind. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Why a line was left out. */
export const pageProblems = ['name', 'labels', 'value', 'not_finite', 'duplicate', 'too_many'] as const;
export type PageProblem = (typeof pageProblems)[number];

/** What a page says. */
export interface Page {
  readonly samples: readonly Sample[];
  /** Kinds by family name, as the page says them: counter, gauge, histogram, summary, unknown, ... */
  readonly types: ReadonlyMap<string, string>;
  readonly problems: ReadonlyMap<PageProblem, number>;
  /** The first line of each problem, shortened, for people. */
  readonly examples: ReadonlyMap<PageProblem, string>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,255}$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]{0,255}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MOST_LABELS = 64;

/** @param limit samples read; what comes after them is counted as `too_many` */
export function readPage(text: string, limit = 50_000): Page {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const problems = new Map<PageProblem, number>();
  const examples = new Map<PageProblem, string>();
  const seen = new Set<string>();
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(from, end).trim();
    from = end + 1;
    if (line.startsWith('#')) {
      if (line.startsWith('# EOF')) break;
      readType(line, types);
      continue;
    }
    if (line === '') continue;
    const read = readSample(line, samples.length < limit ? seen : undefined);
    if (typeof read !== 'string') samples.push(read);
    else {
      problems.set(read, (problems.get(read) ?? 0) + 1);
      if (!examples.has(read)) examples.set(read, line.slice(0, 120));
    }
  }
  return { samples, types, problems, examples };
}

function readType(line: string, types: Map<string, string>): void {
  if (!line.startsWith('# TYPE ')) return;
  const [, , name, kind] = line.split(/\s+/, 4);
  if (name !== undefined && kind !== undefined && NAME.test(name)) types.set(name, kind);
}

/** @param seen the series so far; undefined when there is no room for another */
function readSample(line: string, seen: Set<string> | undefined): Sample | PageProblem {
  const brace = line.indexOf('{');
  const blank = line.search(/[ \t]/);
  const hasLabels = brace >= 0 && (blank < 0 || brace < blank);
  const name = line.slice(0, hasLabels ? brace : blank < 0 ? line.length : blank);
  if (!NAME.test(name)) return 'name';
  const labels: Record<string, string> = {};
  const end = hasLabels ? readLabels(line, brace + 1, labels) : name.length;
  if (end < 0) return 'labels';
  const [shown = ''] = line.slice(end).trim().split(/[ \t]/, 1);
  if (/^(?:[+-]?inf(?:inity)?|nan)$/i.test(shown)) return 'not_finite';
  const value = NUMBER.test(shown) ? Number(shown) : Number.NaN;
  if (Number.isNaN(value)) return 'value';
  if (!Number.isFinite(value)) return 'not_finite';
  if (seen === undefined) return 'too_many';
  const key = `${name}${JSON.stringify(Object.entries(labels).sort(byName))}`;
  if (seen.has(key)) return 'duplicate';
  seen.add(key);
  return { name, labels, value };
}

/** Reads `a="b",c="d"}` from `at` on. Returns the place behind the brace, or -1. */
function readLabels(line: string, at: number, labels: Record<string, string>): number {
  for (let count = 0; count <= MOST_LABELS; count++) {
    at = skipBlanks(line, at);
    if (line[at] === '}') return at + 1;
    const equals = line.indexOf('=', at);
    if (equals < 0) return -1;
    const name = line.slice(at, equals).trim();
    if (!LABEL.test(name) || Object.hasOwn(labels, name)) return -1;
    at = skipBlanks(line, equals + 1);
    if (line[at] !== '"') return -1;
    let value = '';
    for (at++; at < line.length && line[at] !== '"'; at++) {
      if (line[at] === '\\') value += line[++at] === 'n' ? '\n' : (line[at] ?? '');
      else value += line[at];
    }
    if (line[at] !== '"') return -1;
    labels[name] = value;
    at = skipBlanks(line, at + 1);
    if (line[at] === ',') at++;
    else if (line[at] !== '}') return -1;
  }
  return -1;
}

function skipBlanks(line: string, at: number): number {
  while (line[at] === ' ' || line[at] === '\t') at++;
  return at;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
