/**
 * `quorumscope alert list` and `quorumscope alert ack ID`: what fires at a running sidecar and who looks after it, and that
 * somebody does from now on: it is not repeated and does not escalate as long as it fires. Exit 1 when there is no such alert.
 */
import { answerOf, type PlaceOptions } from './alertmanager-client.js';
import type { CliContext, ExitCode } from './context.js';
import { renderTable } from './table.js';

/** Words of the command line. */
export interface AlertOptions extends PlaceOptions {
  readonly author?: string;
  readonly comment?: string;
  readonly json?: boolean;
}

interface FiringAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: {
    readonly state: string;
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  };
  readonly receivers: readonly { readonly name: string }[];
}

interface Acknowledgement {
  readonly alert: string;
  readonly by: string;
}

const ACKNOWLEDGEMENTS = 'api/quorumscope/v1/acknowledgements';

/** What fires. */
export async function alertList(options: AlertOptions, context: CliContext): Promise<ExitCode> {
  const firing = await ask<FiringAlert[]>(options, context, 'api/v2/alerts');
  if (typeof firing === 'number') return firing;
  const known = await ask<Acknowledgement[]>(options, context, ACKNOWLEDGEMENTS);
  if (typeof known === 'number') return known;
  const by = new Map(known.answer.map((one) => [one.alert, one.by]));
  const alerts = firing.answer.map((alert) => ({
    ...alert,
    acknowledgedBy: by.get(alert.fingerprint) ?? null,
  }));
  if (options.json === true) context.stdout.write(`${JSON.stringify({ alerts }, null, 2)}\n`);
  else if (alerts.length === 0) context.stdout.write('nothing fires\n');
  else
    context.stdout.write(
      `${renderTable(
        ['id', 'alert', 'severity', 'scope', 'since', 'state', 'told', 'what'],
        alerts.map((alert) => {
          const { fingerprint, labels, annotations, startsAt, receivers } = alert;
          const told = receivers.map(({ name }) => name).join(' ');
          const what = annotations['summary'] ?? '';
          const { alertname = '', severity = '', scope = '' } = labels;
          return [fingerprint, alertname, severity, scope, startsAt, stateOf(alert), told, what];
        }),
      )}\n`,
    );
  return 0;
}

function stateOf({ status, acknowledgedBy }: FiringAlert & { acknowledgedBy: string | null }): string {
  if (status.silencedBy.length > 0) return 'silenced';
  if (status.inhibitedBy.length > 0) return `inhibited by ${status.inhibitedBy.join(' ')}`;
  return acknowledgedBy === null ? status.state : `acknowledged by ${acknowledgedBy}`;
}

/** @param id a fingerprint, or enough of its beginning that it is the only one */
export async function alertAcknowledge(
  id: string,
  options: AlertOptions,
  context: CliContext,
): Promise<ExitCode> {
  const firing = await ask<FiringAlert[]>(options, context, 'api/v2/alerts');
  if (typeof firing === 'number') return firing;
  const meant = firing.answer.filter(({ fingerprint }) => id !== '' && fingerprint.startsWith(id));
  const [alert] = meant;
  if (alert === undefined || meant.length > 1) {
    const found = meant.map(({ fingerprint }) => fingerprint).join(', ');
    const why =
      meant.length > 1
        ? `${id} may be ${found}`
        : `no alert ${id} fires; \`quorumscope alert list\` has them`;
    context.stderr.write(`quorumscope: ${why}\n`);
    return 1;
  }
  const by = options.author ?? context.environment['USER'] ?? 'quorumscope';
  const body = { alert: alert.fingerprint, by, comment: options.comment ?? '' };
  const done = await ask<Acknowledgement>(options, context, ACKNOWLEDGEMENTS, { method: 'POST', body });
  if (typeof done === 'number') return done;
  const words = `${alert.labels['alertname'] ?? ''} (${alert.fingerprint}) is acknowledged by ${by}`;
  context.stdout.write(`${options.json === true ? JSON.stringify(done.answer, null, 2) : words}\n`);
  return 0;
}

async function ask<T>(
  options: AlertOptions,
  context: CliContext,
  path: string,
  asking: { readonly method: string; readonly body?: unknown } = { method: 'GET' },
): Promise<{ readonly answer: T } | ExitCode> {
  const got = await answerOf(options, context, path, asking);
  // What our own API answers to a request that went well.
  return typeof got === 'number' ? got : { answer: got.answer as T };
}
