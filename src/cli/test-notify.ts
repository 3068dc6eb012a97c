/**
 * `quorumscope test notify [RECEIVER]`: sends an alert that says that it is a test, and its end, through the configured
 * channels, and prints what each receiver answered. Needs no running sidecar. Exit 1 when one did not take it.
 */
import { fingerprintOf } from '../alerts/alert.js';
import type { Channel, Notification } from '../alerts/channels/notification.js';
import { sendOnce } from '../alerts/routing/send.js';
import { messageOf } from '../base/errors.js';
import type { Receipt } from '../delivery/transport.js';
import { channelsOf, routingOf } from '../notifications.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger } from './logger.js';

/** Words of the command line. */
export interface TestNotifyOptions extends ConfigOptions {
  readonly json?: boolean;
}

const TIMEOUT_US = 15_000_000;

interface Result {
  readonly receiver: string;
  readonly channel: string;
  readonly told: 'firing' | 'resolved';
  readonly outcome: Receipt['outcome'];
  readonly answer: string;
}

/** Tests one receiver, or all that have channels. */
export async function testNotify(
  receiver: string | undefined,
  options: TestNotifyOptions,
  context: CliContext,
): Promise<ExitCode> {
  const { json, ...rest } = options;
  const config = loadConfig(rest, context);
  const routing = routingOf(config.notify);
  const names = [...routing.receivers.keys()];
  if (receiver !== undefined && !names.includes(receiver)) {
    context.stderr.write(`quorumscope: there is no receiver ${receiver}; there are ${names.join(', ')}\n`);
    return 2;
  }
  const { clock } = context;
  const open = channelsOf(routing, { clock, logger: createLogger(config.log, context) });
  const results: Result[] = [];
  for (const name of receiver === undefined ? names : [receiver])
    for (const channel of open(name)) results.push(...(await testChannel(name, channel, context)));
  if (results.length === 0) {
    context.stderr.write('quorumscope: nobody would be told: name a channel in the section notify\n');
    return 2;
  }
  const lines = results.map(
    ({ receiver: to, channel, told, outcome, answer }) =>
      `${to}/${channel} ${told}: ${outcome}${answer === '' ? '' : ` (${answer})`}`,
  );
  context.stdout.write(`${json === true ? JSON.stringify({ results }, null, 2) : lines.join('\n')}\n`);
  return results.every(({ outcome }) => outcome === 'delivered') ? 0 : 1;
}

async function testChannel(receiver: string, channel: Channel, context: CliContext): Promise<Result[]> {
  const results: Result[] = [];
  try {
    for (const told of ['firing', 'resolved'] as const) {
      if (told === 'resolved' && !channel.sendResolved) continue;
      const notification = testNotification(receiver, told === 'firing', context.clock.nowUs());
      const receipt = await sendOnce(channel, notification, TIMEOUT_US, new AbortController());
      const answer = receipt.outcome === 'delivered' ? (receipt.answer ?? '') : receipt.detail;
      results.push({ receiver, channel: channel.kind, told, outcome: receipt.outcome, answer });
    }
  } finally {
    await channel.close?.().catch((error: unknown) => context.stderr.write(`${messageOf(error)}\n`));
  }
  return results;
}

function testNotification(receiver: string, isFiring: boolean, nowUs: number): Notification {
  const labels = { alertname: 'QuorumscopeTest', severity: 'info', scope: 'self', test: 'true' };
  const annotations = {
    summary: 'This is a test',
    description: 'Sent by `quorumscope test notify`; nothing is wrong.',
  };
  const id = fingerprintOf(labels);
  const alert = { id, isFiring, labels, annotations, startsAtUs: nowUs, generatorUrl: '' };
  return {
    receiver,
    groupKey: `{}:{alertname="QuorumscopeTest"} ${receiver}`,
    reason: isFiring ? 'first' : 'all_resolved',
    isFiring,
    groupLabels: { alertname: labels.alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    alerts: [{ ...alert, endsAtUs: isFiring ? undefined : nowUs }],
    externalUrl: '',
  };
}
