/**
 * Reads a metrics page, strictly, in the Prometheus text format 0.0.4 or OpenMetrics 1.0. It is written against the
 * format documents and knows nothing of our renderer, so that it can judge it, or any other node's page.
 *
 * It never throws on what a page says: every problem is told with its line.
 */

/** One sample line. */
export interface PageSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** From 1. */
  readonly line: number;
}

/** A metric with its metadata and samples. */
export interface PageFamily {
  /** As in its `# TYPE`; OpenMetrics leaves the `_total` of counters out here. */
  readonly name: string;
  readonly type: string;
  readonly help: string | undefined;
  readonly unit: string | undefined;
  readonly samples: readonly PageSample[];
}

/** What a page says, and what is wrong with it. */
export interface MetricsPage {
  readonly families: readonly PageFamily[];
  /** One sentence each, beginning with `line N:`. */
  readonly problems: readonly string[];
}

type Format = 'text' | 'openmetrics';
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenFamily = Mutable<Omit<PageFamily, 'samples'>> & { samples: PageSample[] };

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+(?:\.\d+)?))?$/u;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/u;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

const types: Readonly<Record<Format, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown'],
};

/** Which names the samples of a type may add to that of their metric. */
const suffixes: Readonly<Record<Format, Readonly<Record<string, readonly string[]>>>> = {
  text: { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] },
  openmetrics: {
    counter: ['_total', '_created'],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    summary: ['', '_sum', '_count', '_created'],
    info: ['_info'],
    gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  },
};

/** Reads a page in `format`. */
export function readMetricsPage(page: string, format: Format = 'text'): MetricsPage {
  const reader = new PageReader(format);
  const lines = page.split('\n');
  const last = lines.pop();
  if (last !== '') reader.problem(lines.length + 1, `found ${show(last ?? '')}, expected a line that ends`);
  if (format === 'openmetrics' && lines.pop() !== '# EOF')
    reader.problem(lines.length + 1, 'expected `# EOF` as the last line');
  lines.forEach((line, i) => reader.line(line, i + 1));
  return { families: reader.families, problems: reader.problems };
}

class PageReader {
  readonly problems: string[] = [];
  readonly #format: Format;
  readonly #families = new Map<string, OpenFamily>();
  readonly #seen = new Set<string>();
  /** The metric whose lines are being read: its lines stand together. */
  #open: OpenFamily | undefined;

  constructor(format: Format) {
    this.#format = format;
  }

  get families(): readonly PageFamily[] {
    return [...this.#families.values()];
  }

  problem(line: number, what: string): void {
    this.problems.push(`line ${line}: ${what}`);
  }

  line(text: string, line: number): void {
    const metadata = /^# (HELP|TYPE|UNIT) (\S+)(?: (.*))?$/u.exec(text);
    if (metadata) return this.#metadata(metadata[1]!, metadata[2]!, metadata[3] ?? '', line);
    const isComment = text.startsWith('#');
    if (this.#format === 'openmetrics' && (isComment || text === ''))
      return this.problem(line, `found ${show(text)}, expected no comments and no empty lines`);
    if (!isComment && text.trim() !== '') this.#sample(text, line);
  }

  #metadata(keyword: string, name: string, text: string, line: number): void {
    if (!NAME.test(name)) return this.problem(line, `found ${show(name)}, expected the name of a metric`);
    const family = this.#family(name, line);
    if (family.samples.length > 0)
      this.problem(line, `# ${keyword} of ${name} comes after its samples, expected before them`);
    const field = keyword.toLowerCase() as 'help' | 'type' | 'unit';
    if ((field === 'type' ? family.type : family[field]) !== (field === 'type' ? '' : undefined))
      this.problem(line, `a second # ${keyword} of ${name}, expected one`);
    family[field] = text;
    if (field === 'type' && !types[this.#format].includes(text))
      this.problem(line, `${name}: found the type ${show(text)}, expected ${types[this.#format].join(', ')}`);
    if (field === 'unit' && text !== '' && !name.endsWith(`_${text}`))
      this.problem(line, `${name}: found the unit ${show(text)}, expected the name to end with it`);
  }

  #family(name: string, line: number): OpenFamily {
    let family = this.#families.get(name);
    if (family === undefined) {
      family = { name, type: '', help: undefined, unit: undefined, samples: [] };
      this.#families.set(name, family);
    } else if (family !== this.#open)
      this.problem(line, `${name} comes again, expected all of its lines together`);
    this.#open = family;
    return family;
  }

  #sample(text: string, line: number): void {
    const [, name, labelText, valueText = ''] = SAMPLE.exec(text) ?? [];
    if (name === undefined) return this.problem(line, `found ${show(text)}, expected name{labels} value`);
    const labels = this.#labels(labelText ?? '', line);
    if (labels === undefined) return;
    const value = numberOf(valueText);
    if (value === undefined)
      return this.problem(line, `found the value ${show(valueText)}, expected a number`);
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (this.#seen.has(key)) this.problem(line, `${name} has a second sample with the same labels`);
    this.#seen.add(key);
    const owner = this.#ownerOf(name);
    if (owner === undefined) this.problem(line, `${name} has no # TYPE before it`);
    this.#family(owner ?? name, line).samples.push({ name, labels, value, line });
  }

  /** The metric that a sample's name belongs to. */
  #ownerOf(name: string): string | undefined {
    const isSampleOf = (family: OpenFamily | undefined): boolean =>
      family !== undefined &&
      family.type !== '' &&
      (suffixes[this.#format][family.type] ?? ['']).some((suffix) => name === family.name + suffix);
    if (isSampleOf(this.#open)) return this.#open!.name;
    for (const family of this.#families.values()) if (isSampleOf(family)) return family.name;
    return undefined;
  }

  #labels(text: string, line: number): Record<string, string> | undefined {
    const labels: Record<string, string> = {};
    for (let rest = text; rest !== '';) {
      const [whole, label, escaped = ''] = LABEL.exec(rest) ?? [];
      if (whole === undefined || label === undefined) {
        this.problem(line, `found ${show(rest)}, expected label="value"`);
        return undefined;
      }
      if (Object.hasOwn(labels, label)) this.problem(line, `the label ${label} comes twice`);
      labels[label] = escaped.replaceAll(/\\(.)/gu, (_, char: string) => (char === 'n' ? '\n' : char));
      rest = rest.slice(whole.length);
    }
    return labels;
  }
}

/** The number that a page's text stands for; undefined where it stands for none. */
export function numberOf(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return NUMBER.test(text) ? Number(text) : undefined;
}

function show(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
}
