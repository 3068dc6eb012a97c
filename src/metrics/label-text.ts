/**
 * A label set as Prometheus writes it. Newlines, quotes and backslashes are escaped, so that no value can
 * forge a line or a label.
 */

/** `{a="1",b="2"}`, or nothing without labels. */
export function labelSet(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, i) => `${name}="${escapeLabelValue(values[i] ?? '')}"`).join(',')}}`;
}

/** A label's value without its quotes. */
export function escapeLabelValue(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
