/** An option that may be repeated: commander hands in each value and what came before. */

/** All values so far. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
