/**
 * `quorumscope check adapter`: whether an adapter is one, what it makes of a log, line by line on request, and what its
 * log cannot tell. Exit 1 when a line failed or nothing matched, for then the adapter is not of this log.
 */
import { createReadStream } from 'node:fs';
import { loadAdapter } from '../attach/logs/shipped.js';
import { LogTranslator, type LineVerdict } from '../attach/logs/translator.js';
import { readChunks } from '../attach/replay.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { LineSplitter } from '../events/lines.js';
import type { CliContext, ExitCode } from './context.js';
import { logText, nodeFactsOf, type AdapterOptions } from './log-adapter.js';

/** Words of the command line. */
export interface CheckAdapterOptions extends AdapterOptions {
  readonly log?: string;
  readonly lines?: boolean;
}

/** A longer line is cut where it is shown. */
const SHOWN = 160;

/** @throws QuorumscopeError `attach.adapter`, `attach.file` */
export async function checkAdapter(
  name: string,
  options: CheckAdapterOptions,
  { stdout, stdin }: CliContext,
): Promise<ExitCode> {
  const adapter = loadAdapter(name);
  const translator = new LogTranslator(adapter, nodeFactsOf(options));
  if (options.log === undefined) {
    const kinds = adapter.patterns.map((pattern) => `  ${pattern.name}`).join('\n');
    const cannot = adapter.cannotTell.map((text) => `  - ${text}`).join('\n');
    stdout.write(
      `${adapter.title} (made for ${adapter.versions}), protocol ${adapter.protocol}\nKinds of lines:\n${kinds}\nIts log cannot tell:\n${cannot}\n`,
    );
    return 0;
  }
  const path = options.log;
  const splitter = new LineSplitter({
    line: (text) => {
      const verdict = translator.line(text);
      if (options.lines) stdout.write(shown(text, verdict));
    },
    problem: () => translator.noLine(),
  });
  try {
    for await (const chunk of readChunks(path === '-' ? stdin : createReadStream(path)))
      splitter.write(chunk);
  } catch (error) {
    throw new QuorumscopeError('attach.file', 'configuration', `cannot read ${path}: ${messageOf(error)}`, {
      details: { path },
      cause: error,
    });
  }
  splitter.end({ complete: true });
  stdout.write(`${logText({ adapter, translator })}\n`);
  const { matched, failed } = translator.counts;
  return matched > 0 && failed === 0 ? 0 : 1;
}

function shown(text: string, { was, pattern, told }: LineVerdict): string {
  const line = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  const head = `${was}${pattern === undefined ? '' : ` (${pattern})`}: ${line}\n`;
  return head + told.map((event) => `  ${event}\n`).join('');
}
