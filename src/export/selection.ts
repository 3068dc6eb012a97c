/**
 * Which metrics and series an exporter is given, and under which names: chosen by glob on the metric's
 * name and by label, renamed by a table. Pure; a selection that chooses everything costs nothing.
 */
import type { MetricReading, MetricsSnapshot, SeriesReading } from './snapshot.js';

/** What to choose. Everything is optional, and nothing said means everything. */
export interface Selection {
  /** Globs (`*` any text, `?` one character) of which a metric's name must match one. */
  readonly include?: readonly string[];
  /** Globs of which it must match none. */
  readonly exclude?: readonly string[];
  /** Label name to glob: series without the label, or with another value, are left out. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Metric name to the name it is exported under. */
  readonly rename?: Readonly<Record<string, string>>;
}

/** The part of `snapshot` that `selection` chooses. */
export type Select = (snapshot: MetricsSnapshot) => MetricsSnapshot;

/** Compiles a selection. */
export function selecting(selection: Selection): Select {
  const { include, exclude, labels, rename = {} } = selection;
  const isIncluded = anyOf(include ?? ['*']);
  const isExcluded = anyOf(exclude ?? []);
  const wanted = Object.entries(labels ?? {}).map(([name, glob]) => [name, globPattern(glob)] as const);
  const renames = new Map(Object.entries(rename));
  if (include === undefined && exclude === undefined && wanted.length === 0 && renames.size === 0)
    return (snapshot) => snapshot;
  // What a name is judged to be never changes, and names are few.
  const judged = new Map<string, boolean>();
  const isWanted = (name: string): boolean => {
    let verdict = judged.get(name);
    if (verdict === undefined) judged.set(name, (verdict = isIncluded(name) && !isExcluded(name)));
    return verdict;
  };
  return ({ takenAtUs, metrics }) => ({
    takenAtUs,
    metrics: metrics.flatMap((metric) => {
      if (!isWanted(metric.name)) return [];
      const series = wanted.length === 0 ? metric.series : seriesWith(metric, wanted);
      if (series.length === 0) return [];
      return [{ ...metric, name: renames.get(metric.name) ?? metric.name, series }];
    }),
  });
}

function seriesWith(
  { labelNames, series }: MetricReading,
  wanted: readonly (readonly [string, RegExp])[],
): readonly SeriesReading[] {
  const places = wanted.map(([name, pattern]) => [labelNames.indexOf(name), pattern] as const);
  if (places.some(([place]) => place < 0)) return [];
  return series.filter(({ labelValues }) =>
    places.every(([place, pattern]) => pattern.test(labelValues[place] ?? '')),
  );
}

/** Whether a text matches one of `globs`. */
export function anyOf(globs: readonly string[]): (text: string) => boolean {
  const patterns = globs.map(globPattern);
  return (text) => patterns.some((pattern) => pattern.test(text));
}

/** A glob as a pattern for whole texts; successive stars are one, so that it stays cheap. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
