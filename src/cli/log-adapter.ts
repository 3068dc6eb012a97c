/**
 * The words of the command line that say by which adapter a file is read, and what its log does not say of the node;
 * and what became of the lines, for people.
 */
import type { OpenLosslessFeed } from '../attach/feed.js';
import type { Adapter } from '../attach/logs/adapter.js';
import { loadAdapter } from '../attach/logs/shipped.js';
import { translatingDoor } from '../attach/logs/translating-feed.js';
import type { NodeFacts } from '../attach/logs/teller.js';
import { LogTranslator } from '../attach/logs/translator.js';
import type { Config } from '../config/sections.js';

/** Words of the command line. */
export interface AdapterOptions {
  readonly adapter?: string;
  /** Ids in the order of the program's rotation, comma-separated. */
  readonly validators?: string;
  /** The id under which the node votes. */
  readonly validator?: string;
}

/** A log that is read by an adapter. */
export interface ReadLog {
  readonly adapter: Adapter;
  readonly translator: LogTranslator;
  /** The door, with the translator in it. */
  door(openFeed: OpenLosslessFeed): OpenLosslessFeed;
}

/** What a log written before is read by. @throws QuorumscopeError `attach.adapter` */
export function logReader(options: AdapterOptions & { readonly adapter: string }, config: Config): ReadLog {
  const adapter = loadAdapter(options.adapter);
  const translator = new LogTranslator(adapter, nodeFactsOf(options, config));
  return { adapter, translator, door: (openFeed) => translatingDoor(openFeed, translator) };
}

/** What the command line says of the node, and the configuration where it is silent. */
export function nodeFactsOf({ validator, validators }: AdapterOptions, config?: Config): NodeFacts {
  const ids = validators?.split(',').map((id) => id.trim());
  const hello = config?.chain.hello;
  return {
    chain: hello?.chain ?? 'log',
    node: hello?.node ?? validator ?? 'node',
    ...(validator === undefined ? {} : { validator }),
    ...(ids === undefined ? {} : { validators: ids.filter((id) => id !== '') }),
    ...(hello?.viewTimeoutUs ? { viewTimeoutUs: hello.viewTimeoutUs } : {}),
  };
}

/** What became of the lines, and what the log cannot tell. */
export function logText({ adapter, translator }: Pick<ReadLog, 'adapter' | 'translator'>): string {
  const { matched, ignored, foreign, failed, untold, drift } = translator.counts;
  const lines = [
    `Read as ${adapter.title} (made for ${adapter.versions}), protocol ${adapter.protocol}.`,
    `Lines: ${matched} matched, ${ignored} ignored, ${foreign} of other nodes, ${failed} failed; ${untold} matched lines lacked a fact.`,
  ];
  if (failed > 0)
    lines.push(
      "The log's format may have changed. Failed lines by the kind that they begin like:",
      ...[...drift].map(([pattern, count]) => `  ${pattern}: ${count}`),
    );
  if (adapter.cannotTell.length > 0)
    lines.push('This log cannot tell:', ...adapter.cannotTell.map((text) => `  - ${text}`));
  return lines.join('\n');
}
