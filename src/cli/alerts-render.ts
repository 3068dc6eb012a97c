/**
 * `quorumscope alerts render`: the shipped rules, tests and recording rules for another metric prefix, another place of the
 * runbook or of the dashboards. Writes text as it is shipped but for these; judges nothing, asks nobody.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuorumscopeError } from '../base/errors.js';
import type { CliContext, ExitCode } from './context.js';

/** Words of the command line. */
export interface RenderOptions {
  readonly out: string;
  readonly prefix?: string;
  readonly runbook?: string;
  readonly dashboards?: string;
}

/** In the package and in a working copy. */
const FOLDERS = ['../../alerts', '../../../alerts'].map((path) => join(import.meta.dirname, path));
const PREFIX = /^(?!quorumscope_)[a-zA-Z_][a-zA-Z0-9_]{0,62}_$/;
const SHIPPED = /\.(rules|test)\.yml$/;

/** @throws QuorumscopeError `config.invalid` for a prefix that is none, `config.unreadable` without the files */
export function renderAlerts(options: RenderOptions, context: CliContext): ExitCode {
  const { out, prefix = 'hotstuff_' } = options;
  if (!PREFIX.test(prefix))
    throw new QuorumscopeError(
      'config.invalid',
      'configuration',
      `--prefix: found ${JSON.stringify(prefix)}, expected letters, digits and _, ending with _, such as hotstuff_`,
    );
  const folder = FOLDERS.find((path) => existsSync(path));
  if (folder === undefined)
    throw new QuorumscopeError('config.unreadable', 'configuration', 'the shipped rules are not there');
  mkdirSync(out, { recursive: true });
  const names = readdirSync(folder).filter((name) => SHIPPED.test(name));
  for (const name of names)
    writeFileSync(join(out, name), rendered(readFileSync(join(folder, name), 'utf8'), options));
  context.stdout.write(`${names.length} files in ${out}\n`);
  return 0;
}

/** One file. Names of alerts and of the sidecar's own metrics stay. */
export function rendered(text: string, { prefix, runbook, dashboards }: Omit<RenderOptions, 'out'>): string {
  let changed = text;
  if (prefix !== undefined) changed = changed.replace(/\bhotstuff_/g, () => prefix);
  if (runbook !== undefined) changed = changed.replace(/alerts\/runbook\.md(?=#)/g, () => runbook);
  if (dashboards !== undefined)
    changed = changed.replace(/(?<=dashboard_url: ')(?=\/d\/)/g, () => dashboards.replace(/\/$/, ''));
  return changed;
}
