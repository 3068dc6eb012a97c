/**
 * What a valid configuration names and what may still not be there: mappings and log adapters of its doors. Found without
 * opening anything; each problem says the line and column, or the variable, that names what is not there.
 */
import { loadAdapter } from '../attach/logs/shipped.js';
import { loadOtlpMapping } from '../attach/otlp/shipped-mappings.js';
import { loadMapping } from '../attach/scrape/shipped-mappings.js';
import { messageOf } from '../base/errors.js';
import type { ConfigProblem } from '../config/problem.js';
import type { Config } from '../config/sections.js';
import type { Given, Reading } from '../config/source.js';

/** What is named, and by which setting: its path, part by part, for a name may have dots in it. */
interface Named {
  readonly at: readonly string[];
  readonly load: () => unknown;
}

/**
 * @param readings where the settings came from, the strongest last
 * @param otherwise what is said of a value that none of them gives
 */
export function doorProblems(
  { attach }: Config,
  readings: readonly Reading[],
  otherwise: string,
): ConfigProblem[] {
  const { otlp } = attach;
  const named: readonly Named[] = [
    ...attach.logs.map(({ name, adapter }) => ({
      at: ['attach', 'logs', name, 'adapter'],
      load: () => loadAdapter(adapter),
    })),
    ...attach.scrape.map(({ name, mapping }) => ({
      at: ['attach', 'scrape', name, 'mapping'],
      load: () => loadMapping(mapping),
    })),
    ...(otlp === null
      ? []
      : [{ at: ['attach', 'otlp', 'mapping'], load: () => loadOtlpMapping(otlp.mapping) }]),
  ];
  const given = readings.flatMap((reading) => reading.given).reverse();
  return named.flatMap(({ at, load }) => {
    try {
      load();
      return [];
    } catch (error) {
      return [{ path: at.join('.'), where: placeOf(at, given) ?? otherwise, message: messageOf(error) }];
    }
  });
}

/** Where a value was set; the strongest source comes first. */
function placeOf(at: readonly string[], given: readonly Given[]): string | undefined {
  for (let parts = at.length; parts > 0; parts--) {
    const path = at.slice(0, parts).join('.');
    const found = given.find((one) => one.path === path);
    if (found) return nearestPlace(at.slice(parts), found);
  }
  return undefined;
}

/** A value that is not there, such as a default, is said to be where what it belongs to is. */
function nearestPlace(rest: readonly string[], { places, where }: Given): string {
  for (let parts = rest.length; parts > 0; parts--) {
    const place = places?.get(rest.slice(0, parts).join('\n'));
    if (place !== undefined) return place;
  }
  return where;
}
