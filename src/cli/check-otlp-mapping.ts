/**
 * `quorumscope check mapping` for OTLP: what spans, metrics and log records become by a mapping. Reads requests in OTLP/JSON, as
 * collectors write them to files: one document, or one a line. Exit 1 when nothing of them is mapped or something is rejected.
 */
import { readFileSync } from 'node:fs';
import { isOtlpMapping, type OtlpMapping } from '../attach/otlp/mapping.js';
import { signals, type Signal } from '../attach/otlp/requests.js';
import { loadOtlpMapping, shippedOtlpMappings } from '../attach/otlp/shipped-mappings.js';
import { recordKinds, type RecordKind, type Tally } from '../attach/otlp/tally.js';
import { OtlpTranslator } from '../attach/otlp/translator.js';
import { Voices } from '../attach/otlp/voices.js';
import { ManualClock } from '../base/clock.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import type { CliContext, ExitCode } from './context.js';
import { renderTable } from './table.js';

/** The mapping, where the name or file is one for OTLP. @throws QuorumscopeError `attach.mapping` */
export function otlpMappingOf(nameOrFile: string): OtlpMapping | undefined {
  if (shippedOtlpMappings().includes(nameOrFile)) return loadOtlpMapping(nameOrFile);
  if (!/[/.]/.test(nameOrFile)) return undefined;
  try {
    return isOtlpMapping(readFileSync(nameOrFile, 'utf8')) ? loadOtlpMapping(nameOrFile) : undefined;
  } catch (error) {
    if (error instanceof QuorumscopeError) throw error;
    // Whoever reads mappings of scraped names says what is wrong with the file.
    return undefined;
  }
}

/** @param source a file of requests; without it only the mapping is looked at @throws QuorumscopeError `attach.file` */
export async function checkOtlpMapping(
  mapping: OtlpMapping,
  source: string | undefined,
  options: { readonly json?: boolean; readonly all?: boolean },
  { stdout }: CliContext,
): Promise<ExitCode> {
  if (source === undefined) {
    stdout.write(
      `${mapping.name}: good; ${wordsOf(mapping)}\nName a file of requests to see what they become.\n`,
    );
    return 0;
  }
  const { told, totals, problems } = await translated(mapping, documentsOf(source));
  const counts = recordKinds.map((kind) => ({ kind, ...totals.get(kind)! }));
  if (options.json) stdout.write(`${JSON.stringify({ counts, problems, told }, null, 2)}\n`);
  else stdout.write(prose(counts, problems, told, options.all === true));
  const mapped = counts.reduce((sum, one) => sum + one.mapped, 0);
  return mapped > 0 && problems.length === 0 ? 0 : 1;
}

interface Counts {
  received: number;
  mapped: number;
  ignored: number;
  rejected: number;
}

async function translated(
  mapping: OtlpMapping,
  documents: readonly string[],
): Promise<{ told: string[]; totals: Map<RecordKind, Counts>; problems: string[] }> {
  const told: string[] = [];
  const problems: string[] = [];
  const totals = new Map<RecordKind, Counts>(
    recordKinds.map((kind) => [kind, { received: 0, mapped: 0, ignored: 0, rejected: 0 }]),
  );
  const clock = new ManualClock();
  const feed = {
    write: (chunk: Uint8Array) =>
      void told.push(...Buffer.from(chunk).toString('utf8').trimEnd().split('\n')),
    end: () => undefined,
    ready: () => Promise.resolve(),
    drained: () => Promise.resolve(),
  };
  const voices = new Voices({
    mapping,
    naming: { node: undefined, nodes: {}, chain: 'chain' },
    clock,
    openFeed: () => feed,
    staleUs: 1e9,
    onReset: () => undefined,
  });
  const translator = new OtlpTranslator(mapping, voices, clock);
  for (const [index, document] of documents.entries()) {
    const taken = await translator.take(Buffer.from(document), signalOf(document), 'json');
    if ('problem' in taken) problems.push(`document ${index + 1}: ${taken.problem}`);
    else add(totals, taken, problems);
  }
  // What is told on leaving is of no request.
  const whole = [...told];
  await voices.close();
  return { told: whole, totals, problems };
}

function add(totals: Map<RecordKind, Counts>, tally: Tally, problems: string[]): void {
  for (const [kind, { received, mapped, ignored }] of tally.kinds) {
    const total = totals.get(kind)!;
    total.received += received;
    total.mapped += mapped;
    total.ignored += ignored;
    total.rejected += tally.rejectedOf(kind);
  }
  if (tally.firstProblem !== undefined) problems.push(tally.firstProblem);
}

function documentsOf(source: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(source, 'utf8');
  } catch (error) {
    throw new QuorumscopeError('attach.file', 'configuration', `cannot read ${source}: ${messageOf(error)}`);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.every((line) => line.startsWith('{') && line.trimEnd().endsWith('}')) ? lines : [text];
}

/** Of what a document is; of logs where nothing says it. */
function signalOf(document: string): Signal {
  const names: Readonly<Record<Signal, string>> = {
    traces: '"resourceSpans"',
    metrics: '"resourceMetrics"',
    logs: '"resourceLogs"',
  };
  return signals.find((signal) => document.includes(names[signal])) ?? 'logs';
}

function wordsOf({ stated, records, spans, metrics, genericMetrics }: OtlpMapping): string {
  return [
    stated ? 'events by their own names' : 'no events by their own names',
    `${records.length} patterns of records`,
    `${spans.length} of spans`,
    `${metrics.length} metrics by name`,
    genericMetrics ? `others behind ${genericMetrics.prefix}` : 'no others',
  ].join(', ');
}

function prose(
  counts: readonly (Counts & { readonly kind: string })[],
  problems: readonly string[],
  told: readonly string[],
  isAll: boolean,
): string {
  const rows = counts.map(({ kind, received, mapped, ignored, rejected }) =>
    [kind, received, mapped, ignored, rejected].map(String),
  );
  const lines = [
    renderTable(['records', 'received', 'mapped', 'ignored', 'rejected'], rows),
    '',
    `${told.length} lines are told${isAll || told.length === 0 ? ':' : '; --all lists them.'}`,
    ...(isAll ? told.map((line) => `  ${line}`) : []),
    ...problems.map((problem) => `  not taken: ${problem}`),
  ];
  return `${lines.join('\n')}\n`;
}
