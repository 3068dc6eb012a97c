/**
 * `quorumscope dashboards build|push`: dashboards for Grafana as files, or put into a running one. Writes and overwrites
 * its own files only.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { buildDashboards, pushDashboards } from '../dashboards.js';
import type { DashboardJson, Pushed } from '../dashboards/grafana.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';

/** @throws QuorumscopeError for a configuration or a name that does not hold */
export async function buildDashboardFiles(
  options: ConfigOptions & { readonly out: string },
  context: CliContext,
): Promise<ExitCode> {
  const { out } = options;
  const dashboards = await chosen(options, context);
  try {
    mkdirSync(out, { recursive: true });
    for (const dashboard of dashboards) writeFileSync(join(out, fileOf(dashboard)), textOf(dashboard));
  } catch (error) {
    throw new QuorumscopeError(
      'report.write',
      'configuration',
      `cannot write to ${out}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  context.stdout.write(`${dashboards.length} dashboards in ${out}\n`);
  return 0;
}

/** Exit code 1 where Grafana did not take them. */
export async function pushDashboardFiles(
  options: ConfigOptions & { readonly url: string; readonly folder: string },
  context: CliContext,
): Promise<ExitCode> {
  const { url, folder, tokenFile, json } = options;
  if (!/^https?:\/\/[^/]/.test(url))
    throw new QuorumscopeError(
      'config.invalid',
      'configuration',
      `--url: found ${url}, expected http://HOST or https://HOST`,
    );
  const dashboards = await chosen(options, context);
  try {
    const token = typeof tokenFile === 'string' ? { token: { file: tokenFile } } : {};
    const pushed = await pushDashboards(dashboards, { url, folder, ...token });
    context.stdout.write(
      json === true ? `${JSON.stringify({ pushed }, null, 2)}\n` : pushed.map(lineOf).join(''),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof QuorumscopeError) || error.kind !== 'delivery') throw error;
    context.stderr.write(`quorumscope: ${error.message}\n`);
    return 1;
  }
}

function lineOf({ outcome, title, url }: Pushed): string {
  return `${outcome.padEnd(10)}${title}  ${url}\n`;
}

/** The file of a dashboard: its uid without our name. */
export function fileOf({ uid }: Pick<DashboardJson, 'uid'>): string {
  return `${uid.replace(/^quorumscope-/, '')}.json`;
}

/** The bytes of its file. */
export function textOf(dashboard: DashboardJson): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

async function chosen(options: ConfigOptions, context: CliContext): Promise<DashboardJson[]> {
  const { dashboards, metrics } = loadConfig(options, context);
  const all = await buildDashboards({ ...dashboards, prefix: metrics.prefix });
  const { only } = options;
  if (typeof only !== 'string') return all;
  const names = only.split(',').map((name) => name.trim());
  const known = all.map((one) => fileOf(one).replace(/\.json$/, ''));
  const strange = names.filter((name) => !known.includes(name));
  if (strange.length > 0)
    throw new QuorumscopeError(
      'config.invalid',
      'configuration',
      `--only: there is no ${strange.join(', ')}; there are ${known.join(', ')}`,
    );
  return all.filter((one) => names.includes(fileOf(one).replace(/\.json$/, '')));
}
