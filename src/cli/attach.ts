/**
 * `quorumscope attach`: tries every adapter on the last lines of a log and says which one reads it, what it would tell,
 * what it cannot, and the configuration to write. Changes nothing. Exit 1 when no adapter knows the log.
 */
import { stringify } from 'yaml';
import { loadAdapter, shippedAdapters } from '../attach/logs/shipped.js';
import { sampleFile, sampleJournal, sampleStream } from '../attach/logs/sample.js';
import { proposed, tryAdapters, type Trial } from '../attach/logs/try-adapters.js';
import type { CliContext, ExitCode } from './context.js';
import { renderTable } from './table.js';

/** Words of the command line. */
export interface AttachOptions {
  readonly file?: string;
  readonly journald?: string;
  /** Adapters of the user's own. */
  readonly adapter?: readonly string[];
  readonly json?: boolean;
}

/** @throws QuorumscopeError `attach.file`, `attach.adapter` */
export async function attach(
  options: AttachOptions,
  { stdout, stderr, stdin }: CliContext,
): Promise<ExitCode> {
  const { file, journald, adapter: own = [] } = options;
  if ((file === undefined) === (journald === undefined)) {
    stderr.write('quorumscope: expected either --file LOG or --journald UNIT\n');
    return 2;
  }
  const lines =
    journald !== undefined
      ? await sampleJournal(journald)
      : file === '-'
        ? await sampleStream(stdin)
        : await sampleFile(file!);
  const trials = tryAdapters([...own, ...shippedAdapters()].map(loadAdapter), lines);
  const best = proposed(trials);
  // An adapter of the user's own is found by its file, a shipped one by its name.
  const names = new Map(own.map((path) => [loadAdapter(path).id, path]));
  const config = best && configOf(best, names.get(best.adapter.id) ?? best.adapter.id, options);
  if (options.json) stdout.write(`${JSON.stringify(documentOf(trials, best, config), null, 2)}\n`);
  else stdout.write(`${rendered(trials, best, config)}\n`);
  return best === undefined ? 1 : 0;
}

/** The part of the configuration that attaches the log; what only the operator knows stands in capitals. */
function configOf({ adapter }: Trial, name: string, { file, journald }: AttachOptions): object {
  const where =
    journald !== undefined
      ? { kind: 'journald', unit: journald }
      : file === '-'
        ? { kind: 'stdin' }
        : { kind: 'file', path: file };
  const turns = adapter.rotation === undefined ? {} : { validators: ['FIRST', 'SECOND'] };
  return { attach: { logs: { node: { ...where, adapter: name, chain: 'CHAIN', node: 'NODE', ...turns } } } };
}

function documentOf(trials: readonly Trial[], best: Trial | undefined, config: object | undefined): object {
  return {
    proposed: best?.adapter.id ?? null,
    config: config ?? null,
    trials: trials.map(({ adapter, lines, matched, ignored, failed, kinds, events }) => ({
      adapter: adapter.id,
      lines,
      matched,
      ignored,
      failed,
      kinds,
      kinds_known: adapter.patterns.length,
      events: Object.fromEntries(events),
    })),
  };
}

function rendered(trials: readonly Trial[], best: Trial | undefined, config: object | undefined): string {
  const rows = trials
    .filter(({ matched, failed }) => matched + failed > 0)
    .map(({ adapter, matched, ignored, failed, kinds }) => [
      adapter.id,
      matched,
      failed,
      ignored,
      `${kinds} of ${adapter.patterns.length}`,
    ]);
  const table =
    rows.length === 0
      ? ''
      : `${renderTable(['adapter', 'matched', 'failed', 'ignored', 'kinds seen'], rows)}\n\n`;
  if (best === undefined || config === undefined)
    return `${table}No adapter reads this log: ${trials[0]?.lines ?? 0} lines were tried. docs/ADAPTERS.md says how to write one.`;
  const { adapter, events } = best;
  const told = [...events].sort(([, a], [, b]) => b - a).map(([type, count]) => `  ${type}: ${count}`);
  const sections = [
    `${table}This is a log of ${adapter.title} (adapter made for ${adapter.versions}), protocol ${adapter.protocol}. It tells:`,
    told.join('\n'),
    ...(adapter.cannotTell.length === 0
      ? []
      : ['It cannot tell:', adapter.cannotTell.map((text) => `  - ${text}`).join('\n')]),
    '\nWrite this into the configuration, with names in the place of the capitals:\n',
    stringify(config).trimEnd(),
  ];
  if (adapter.rotation !== undefined)
    sections.push('\n`validators`: all of them by id, in the order in which they lead.');
  return sections.join('\n');
}
