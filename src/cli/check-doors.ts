/**
 * What a valid configuration names and what may still not be there: mappings and log adapters of its doors. Found without
 * opening anything.
 */
import { loadAdapter } from '../attach/logs/shipped.js';
import { loadOtlpMapping } from '../attach/otlp/shipped-mappings.js';
import { loadMapping } from '../attach/scrape/shipped-mappings.js';
import { messageOf } from '../base/errors.js';
import type { ConfigProblem } from '../config/problem.js';
import type { Config } from '../config/sections.js';

/** @param where the file, for people */
export function doorProblems({ attach }: Config, where: string): ConfigProblem[] {
  const named: readonly (readonly [path: string, load: () => unknown])[] = [
    ...attach.logs.map(
      ({ name, adapter }) => [`attach.logs.${name}.adapter`, () => loadAdapter(adapter)] as const,
    ),
    ...attach.scrape.map(
      ({ name, mapping }) => [`attach.scrape.${name}.mapping`, () => loadMapping(mapping)] as const,
    ),
    ...(attach.otlp === null
      ? []
      : [['attach.otlp.mapping', () => loadOtlpMapping(attach.otlp!.mapping)] as const]),
  ];
  return named.flatMap(([path, load]) => {
    try {
      load();
      return [];
    } catch (error) {
      return [{ path, where, message: messageOf(error) }];
    }
  });
}
