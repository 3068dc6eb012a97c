/**
 * `quorumscope silence add|list|expire` and `quorumscope maintenance`: asks a running sidecar, or any Alertmanager, by
 * Alertmanager's API. Exit 1 when it cannot answer, 2 when what is asked for is malformed.
 */
import { readMatchers } from '../alerts/routing/matcher-text.js';
import { formatDuration, parseDuration } from '../base/duration.js';
import { askAlertmanager, type PlaceOptions } from './alertmanager-client.js';
import type { CliContext, ExitCode } from './context.js';
import { renderTable } from './table.js';

/** Words of the command line. */
export interface SilenceOptions extends PlaceOptions {
  readonly for?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

interface Silence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly matchers: readonly { name: string; value: string; isRegex: boolean; isEqual: boolean }[];
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** Silences what passes all matchers. */
export function silenceAdd(
  texts: readonly string[],
  options: SilenceOptions,
  context: CliContext,
): Promise<ExitCode> {
  return add(texts, options.comment ?? 'by quorumscope silence add', options, context);
}

/** Silences everything. */
export function maintenance(options: SilenceOptions, context: CliContext): Promise<ExitCode> {
  return add(['alertname=~".+"'], options.comment ?? 'maintenance', options, context);
}

async function add(
  texts: readonly string[],
  comment: string,
  options: SilenceOptions,
  context: CliContext,
): Promise<ExitCode> {
  const us = parseDuration(options.for ?? '');
  if (us === undefined || us === 0) return refuse('--for is a duration such as 15m or 2h', context);
  const matchers = [];
  for (const text of texts) {
    const read = readMatchers(text);
    if ('problem' in read) return refuse(read.problem, context);
    for (const { name, type, value } of read.matchers)
      matchers.push({ name, value, isRegex: type.endsWith('~'), isEqual: type.startsWith('=') });
  }
  const nowUs = context.clock.nowUs();
  const time = (at: number): string => new Date(at / 1000).toISOString();
  const createdBy = options.author ?? context.environment['USER'] ?? 'quorumscope';
  const body = { matchers, startsAt: time(nowUs), endsAt: time(nowUs + us), createdBy, comment };
  return askAlertmanager(options, context, 'api/v2/silences', { method: 'POST', body }, (answer) => {
    const { silenceID } = answer as { silenceID: string };
    if (options.json === true) return JSON.stringify({ id: silenceID, ends_at: body.endsAt }, null, 2);
    return `${silenceID} until ${body.endsAt} (${formatDuration(us)})\nEnd it with \`quorumscope silence expire ${silenceID}\`.`;
  });
}

/** Lists silences; those that are over only with `--all`. */
export function silenceList(options: SilenceOptions, context: CliContext): Promise<ExitCode> {
  return askAlertmanager(options, context, 'api/v2/silences', { method: 'GET' }, (answer) => {
    const silences = (answer as Silence[]).filter(
      ({ status }) => options.all === true || status.state !== 'expired',
    );
    if (options.json === true) return JSON.stringify({ silences }, null, 2);
    if (silences.length === 0) return 'nothing is silenced';
    return renderTable(
      ['id', 'state', 'until', 'by', 'matchers', 'comment'],
      silences.map(({ id, status, endsAt, createdBy, matchers, comment }) => [
        id,
        status.state,
        endsAt,
        createdBy,
        matchers
          .map(
            ({ name, value, isRegex, isEqual }) =>
              `${name}${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}${JSON.stringify(value)}`,
          )
          .join(' '),
        comment,
      ]),
    );
  });
}

/** Ends a silence. */
export function silenceExpire(id: string, options: SilenceOptions, context: CliContext): Promise<ExitCode> {
  return askAlertmanager(
    options,
    context,
    `api/v2/silence/${encodeURIComponent(id)}`,
    { method: 'DELETE' },
    () => `${id} is over`,
  );
}

function refuse(problem: string, context: CliContext): ExitCode {
  context.stderr.write(`quorumscope: ${problem}\n`);
  return 2;
}
