/** When those who come later are told: so long after the first was told of what nobody has acknowledged. */
import type { Group } from './group.js';
import type { Ledger } from './ledger.js';

/** Microseconds since the epoch; Infinity while nobody was told. */
export function escalatesAt(
  { lanes }: Group,
  afterUs: number,
  firing: readonly string[],
  { acknowledgements, told }: Ledger,
): number {
  const open = firing.filter((id) => !acknowledgements.has(id));
  const since = lanes
    .filter(({ outlet }) => outlet.afterUs === 0)
    .flatMap(({ key }) => open.flatMap((id) => told.get(key)?.firing[id] ?? []));
  return Math.min(Infinity, ...since) + afterUs;
}
