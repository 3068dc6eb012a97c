/**
 * The lines of a page as text: metadata, label sets, comments. Escaping follows the formats: in label
 * values `\`, newline and `"`; in help `\` and newline, and in OpenMetrics `"` too. No line ever
 * holds a raw newline, so no value can forge another line.
 */
import type { MetricKind } from '../../metrics/definition.js';
import type { Exemplar } from '../../metrics/exemplars.js';
import { numberText } from '../../metrics/number-text.js';
import type { Format } from './format.js';

const TOTAL = '_total';

/** A metric's metadata. `unknown` is a type that a foreign registry made up. */
export interface Metadata {
  readonly name: string;
  readonly kind: MetricKind | 'unknown';
  readonly help: string;
  readonly unit?: string | undefined;
}

/**
 * `# HELP`, `# TYPE` and, in OpenMetrics, `# UNIT`. OpenMetrics names a counter without its `_total`;
 * a counter that lacks it, or may not drop it because the page uses that name (it is among `names`),
 * is `unknown` there: its series keep one name in both formats.
 */
export function metadataLines(metadata: Metadata, format: Format, names: ReadonlySet<string>): string {
  const { name, kind, unit } = metadata;
  const help = metadata.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (format === 'text')
    return `# HELP ${name} ${help}\n# TYPE ${name} ${kind === 'unknown' ? 'untyped' : kind}\n`;
  const isShortened = isShortenedCounter(metadata, names);
  const family = isShortened ? name.slice(0, -TOTAL.length) : name;
  const type = kind === 'counter' && !isShortened ? 'unknown' : kind;
  const unitLine = unit !== undefined && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '';
  return `# HELP ${family} ${help.replaceAll('"', '\\"')}\n# TYPE ${family} ${type}\n${unitLine}`;
}

/** Whether OpenMetrics can name this counter without its `_total`. */
export function isShortenedCounter({ name, kind }: Metadata, names: ReadonlySet<string>): boolean {
  return kind === 'counter' && name.endsWith(TOTAL) && !names.has(name.slice(0, -TOTAL.length));
}

/** What follows the value of a sample that has an exemplar, in OpenMetrics: ids are hexadecimal and need no escaping. */
export function exemplarText({ traceId, spanId, value, atUs }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${numberText(atUs / 1e6)}`;
}

/** A comment as one line that no parser takes for metadata. */
export function commentLine(text: string): string {
  const line = text.replaceAll(/[\r\n]+/g, ' ').trim();
  return /^(HELP|TYPE|UNIT|EOF)\b/.test(line) ? `# (${line})\n` : `# ${line}\n`;
}
