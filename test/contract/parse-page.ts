/**
 * Reads a metrics page of either format into series, strictly: a line it does not understand is an error.
 * Written against the format documents and without our renderer, so that it can judge both sides.
 */

/** What a page says. */
export interface ParsedPage {
  /** Values by name and labels (sorted; bounds and quantiles as numbers). */
  readonly series: ReadonlyMap<string, number>;
  /** Types by metric name. */
  readonly types: ReadonlyMap<string, string>;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? (\S+)$/u;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/u;

export function parsePage(page: string, format: 'text' | 'openmetrics'): ParsedPage {
  const series = new Map<string, number>();
  const types = new Map<string, string>();
  const lines = page.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no # EOF at the end');
  for (const line of lines) {
    if (line.startsWith('# TYPE ')) {
      const [, , name = '', type = ''] = line.split(' ');
      if (types.has(name)) throw new Error(`two types for ${name}`);
      types.set(name, type);
    } else if (line !== '' && !line.startsWith('# ')) {
      const [key, value] = parseSample(line);
      if (series.has(key)) throw new Error(`two series ${key}`);
      series.set(key, value);
    } else if (line === '' && format === 'openmetrics') throw new Error('an empty line');
  }
  return { series, types };
}

function parseSample(line: string): [string, number] {
  const [, name, labelText = '', valueText = ''] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const labels: [string, string | number][] = [];
  for (let rest = labelText; rest !== '';) {
    const [whole, label = '', escaped = ''] = LABEL.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`not a label: ${rest}`);
    const value = escaped.replaceAll(/\\(.)/gu, (_, char: string) => (char === 'n' ? '\n' : char));
    labels.push([label, label === 'le' || label === 'quantile' ? parseNumber(value) : value]);
    rest = rest.slice(whole.length);
  }
  labels.sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = labels.map(([label, value]) => [label, typeof value === 'number' ? String(value) : value]);
  return [`${name} ${JSON.stringify(shown)}`, parseNumber(valueText)];
}

function parseNumber(text: string): number {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error(`not a number: ${text}`);
  return Number(text);
}
