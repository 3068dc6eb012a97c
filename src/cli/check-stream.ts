/**
 * `quorumscope check stream`: what a recorded or piped stream can tell, and what stays unknown. Exit 1
 * below level 1 or when there is something to repair.
 */
import { createReadStream } from 'node:fs';
import { readChunks } from '../attach/replay.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { checkStream as check } from '../intake/stream-check.js';
import { renderStreamReport } from '../intake/stream-report.js';
import type { CliContext, ExitCode } from './context.js';

/** @throws QuorumscopeError `attach.file` */
export async function checkStream(
  path: string,
  options: { readonly json?: boolean },
  context: CliContext,
): Promise<ExitCode> {
  const report = await readReport(path, context);
  context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderStreamReport(report));
  return report.level >= 1 && report.problems === 0 ? 0 : 1;
}

async function readReport(path: string, { stdin }: CliContext): ReturnType<typeof check> {
  const source = path === '-' ? stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    return await check(readChunks(source));
  } catch (error) {
    throw new QuorumscopeError('attach.file', 'configuration', `cannot read ${path}: ${messageOf(error)}`, {
      details: { path },
      cause: error,
    });
  }
}
