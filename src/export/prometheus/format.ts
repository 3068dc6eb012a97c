/**
 * The two page formats and how a scraper asks for one. OpenMetrics is given only to who asks for it by
 * name; anything else that is asked for first (protobuf) is answered with what comes next.
 */

/** Prometheus text 0.0.4 or OpenMetrics 1.0.0. */
export type Format = 'text' | 'openmetrics';

const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The Content-Type header of a page. */
export function contentTypeOf(format: Format): string {
  return contentTypes[format];
}

interface Range {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

/** The format for an Accept header: OpenMetrics if it is asked for at least as much as plain text. */
export function negotiateFormat(accept: string | undefined): Format {
  const ranges = (accept ?? '').split(',').map(parseRange);
  const openMetrics = best(
    ranges,
    ({ type, version }) =>
      type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0'),
  );
  if (openMetrics === undefined || openMetrics === 0) return 'text';
  const text =
    best(ranges, ({ type }) => type === 'text/plain') ??
    best(ranges, ({ type }) => type === 'text/*') ??
    best(ranges, ({ type }) => type === '*/*') ??
    0;
  return openMetrics >= text ? 'openmetrics' : 'text';
}

function best(ranges: readonly Range[], matches: (range: Range) => boolean): number | undefined {
  const qualities = ranges.filter(matches).map(({ quality }) => quality);
  return qualities.length === 0 ? undefined : Math.max(...qualities);
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const quality = Number(valueOf('q') ?? 1);
  const version = valueOf('version')?.replaceAll('"', '');
  return { type, version, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
