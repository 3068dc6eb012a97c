/**
 * `quorumscope check mapping`: what a node's metrics page becomes: every scraped name with the metric it
 * became, and what the mapping did not find. Exit 1 when the page has nothing for the mapping, or lines
 * that cannot be read.
 */
import { readFileSync } from 'node:fs';
import { applyMapping, type MappedPage } from '../attach/scrape/apply-mapping.js';
import { fetchPage } from '../attach/scrape/fetch-page.js';
import { readPage, type Page } from '../attach/scrape/parse-page.js';
import { loadMapping } from '../attach/scrape/shipped-mappings.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { checkOtlpMapping, otlpMappingOf } from './check-otlp-mapping.js';
import type { CliContext, ExitCode } from './context.js';
import { renderTable } from './table.js';

/** Flags of the command. */
export interface CheckMappingOptions {
  readonly json?: boolean;
  readonly all?: boolean;
}

/** @throws QuorumscopeError `attach.mapping`, `attach.file` */
export async function checkMapping(
  mappingName: string,
  source: string | undefined,
  options: CheckMappingOptions,
  context: CliContext,
): Promise<ExitCode> {
  const ofOtlp = otlpMappingOf(mappingName);
  if (ofOtlp !== undefined) return checkOtlpMapping(ofOtlp, source, options, context);
  const mapping = loadMapping(mappingName);
  if (source === undefined) {
    context.stdout.write(
      `${mapping.name}: good, ${mapping.metrics.length} metrics; name a page to see what it becomes\n`,
    );
    return 0;
  }
  const page = readPage(await read(source));
  const mapped = applyMapping(page, mapping);
  context.stdout.write(
    options.json ? `${JSON.stringify(document(page, mapped), null, 2)}\n` : prose(page, mapped, options),
  );
  return mapped.series.length > 0 && page.problems.size === 0 ? 0 : 1;
}

async function read(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) {
    try {
      return readFileSync(source, 'utf8');
    } catch (error) {
      throw new QuorumscopeError(
        'attach.file',
        'configuration',
        `cannot read ${source}: ${messageOf(error)}`,
      );
    }
  }
  const request = { url: new URL(source), timeoutMs: 10_000, maxBytes: 8 * 1024 * 1024, headers: {} };
  const fetched = await fetchPage(request);
  if ('text' in fetched) return fetched.text;
  throw new QuorumscopeError('attach.file', 'configuration', `cannot scrape ${source}: ${fetched.detail}`);
}

function document(page: Page, { metrics, series, names, absent }: MappedPage): unknown {
  return {
    samples: page.samples.length,
    names: Object.fromEntries(names),
    metrics,
    series,
    absent: absent.map(({ from, to }) => ({ from, to })),
    problems: Object.fromEntries(page.problems),
    examples: Object.fromEntries(page.examples),
  };
}

function prose(page: Page, mapped: MappedPage, { all = false }: CheckMappingOptions): string {
  const taken = [...mapped.names].filter(([, to]) => to !== null);
  const left = [...mapped.names].filter(([, to]) => to === null).map(([name]) => name);
  const kinds = new Map(mapped.metrics.map(({ metric, kind }) => [metric, kind]));
  const values = (metric: string): string => {
    const own = mapped.series.filter((one) => one.metric === metric).map(({ value }) => String(value));
    return own.length > 3 ? `${own.slice(0, 3).join(', ')}, ... (${own.length} series)` : own.join(', ');
  };
  const rows = taken.map(([name, to]) => [name, to!, kinds.get(to!) ?? '', values(to!)]);
  const lines = [
    ...(rows.length === 0 ? ['Nothing on this page is in the mapping: is it another kind of node?'] : []),
    ...(rows.length === 0 ? [] : [renderTable(['scraped', 'becomes', 'kind', 'value'], rows)]),
    '',
    `${taken.length} names are taken, ${left.length} are left (${all ? 'below' : '--all lists them'}), ` +
      `${mapped.absent.length} lines of the mapping found nothing.`,
    ...mapped.absent.map(({ from, to }) => `  not found: ${from.join(' or ')} (${to})`),
    ...[...page.problems].map(
      ([problem, count]) => `  ${count} lines refused, ${problem}: ${page.examples.get(problem) ?? ''}`,
    ),
    ...(all ? left.map((name) => `  left: ${name}`) : []),
  ];
  return `${lines.join('\n')}\n`;
}
