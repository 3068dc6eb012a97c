/**
 * `quorumscope test notify [RECEIVER]`: sends an alert that says that it is a test, and its end, on the way that a real one
 * takes: through the configured routes, or to the receiver that is named; and prints who is told, why, and what each
 * answered. Only the waits are left out. Needs no running sidecar, and knows nothing of its silences. Exit 1 when somebody
 * did not take it, or nobody is told now; 2 when nobody ever would be.
 */
import type { Alert, AlertTexts } from '../alerts/alert.js';
import type { Channel } from '../alerts/channels/notification.js';
import { findRoutes, groupKeyOf, groupLabelsOf } from '../alerts/routing/find-routes.js';
import { Ledger, MemoryStore } from '../alerts/routing/ledger.js';
import { NotifierMeter } from '../alerts/routing/meter.js';
import { Notifier } from '../alerts/routing/notifier.js';
import { plainPolicy } from '../alerts/routing/policy.js';
import { quietTime } from '../alerts/routing/quiet-time.js';
import type { Route, Routing } from '../alerts/routing/routing.js';
import { isWithin } from '../alerts/routing/time-interval.js';
import { formatDuration } from '../base/duration.js';
import { messageOf } from '../base/errors.js';
import { createRandom } from '../base/random.js';
import type { Receipt } from '../delivery/transport.js';
import { Board } from '../metrics/board.js';
import type { NotifyConfig } from '../config/notify.js';
import { channelsOf, routingOf } from '../notifications.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger } from './logger.js';

/** Words of the command line. */
export interface TestNotifyOptions extends ConfigOptions {
  /** `name=value`, in place of or besides those of the test alert. */
  readonly label?: readonly string[];
  readonly json?: boolean;
}

const TIMEOUT_US = 15_000_000;
const LABELS: AlertTexts = {
  alertname: 'QuorumscopeTest',
  severity: 'critical',
  scope: 'self',
  test: 'true',
};

interface Result {
  readonly receiver: string;
  readonly channel: string;
  readonly told: 'firing' | 'resolved';
  readonly outcome: Receipt['outcome'];
  readonly answer: string;
}

/** One route that the alert takes. */
interface Way {
  readonly receiver: string;
  /** Matchers from the first route to this one; undefined where the receiver was named. */
  readonly route: string | undefined;
  readonly group: string;
  readonly waits: string;
  /** Why nobody is told now. */
  readonly quiet: string | undefined;
  readonly escalates: string | undefined;
}

/** Tests the routes, or one receiver. */
export async function testNotify(
  receiver: string | undefined,
  options: TestNotifyOptions,
  context: CliContext,
): Promise<ExitCode> {
  const { json, label = [], ...rest } = options;
  const refuse = (problem: string): ExitCode => {
    context.stderr.write(`quorumscope: ${problem}\n`);
    return 2;
  };
  const bad = label.find((text) => !/^[a-zA-Z_][a-zA-Z0-9_]*=/.test(text));
  if (bad !== undefined) return refuse(`--label ${bad}: expected name=value`);
  const given = label.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]);
  const labels: AlertTexts = { ...LABELS, ...(Object.fromEntries(given) as AlertTexts) };
  const config = loadConfig(rest, context);
  const routing = routingOf(config.notify);
  const names = [...routing.receivers.keys()];
  if (receiver !== undefined && !names.includes(receiver))
    return refuse(`there is no receiver ${receiver}; there are ${names.join(', ')}`);
  const way = receiver === undefined ? routing : straightTo(receiver, routing);
  const ways = waysOf(way, labels, receiver, config.notify, context.clock.nowUs());
  const reachable = ways.filter(({ receiver: to }) => hasChannels(routing, to));
  if (reachable.length === 0)
    return refuse(
      `nobody would be told: ${ways.map(({ receiver: to }) => to).join(', ')} has no channel. Name a channel in the section notify`,
    );
  const results = await sendOnItsWay(
    way,
    receiver === undefined ? config.notify.maintenance : [],
    labels,
    context,
    channelsOf(routing, {
      clock: context.clock,
      logger: createLogger(config.log, context),
    }),
  );
  const untold = names.filter(
    (name) => hasChannels(routing, name) && ways.every((one) => one.receiver !== name),
  );
  const text =
    json === true
      ? JSON.stringify({ labels, ways, results, untold }, null, 2)
      : words(labels, ways, results, untold);
  context.stdout.write(`${text}\n`);
  return results.length > 0 && results.every(({ outcome }) => outcome === 'delivered') ? 0 : 1;
}

function hasChannels({ receivers }: Routing, name: string): boolean {
  return (receivers.get(name)?.channels.length ?? 0) > 0;
}

/** The same receivers, and one route. */
function straightTo(receiver: string, routing: Routing): Routing {
  return { ...routing, root: { ...routing.root, receiver, routes: [] } };
}

function waysOf(
  routing: Routing,
  labels: AlertTexts,
  named: string | undefined,
  { escalation, maintenance }: NotifyConfig,
  nowUs: number,
): Way[] {
  return findRoutes(routing.root, labels).map((route) => ({
    receiver: route.receiver,
    route: named === undefined ? route.key : undefined,
    group: groupKeyOf(route, groupLabelsOf(route, labels)),
    waits: formatDuration(route.groupWaitUs),
    quiet:
      named !== undefined
        ? undefined
        : isWithin(maintenance, nowUs)
          ? 'it is time for maintenance'
          : quietTime(routing, route, nowUs),
    escalates:
      escalation === null || escalation.receiver === route.receiver
        ? undefined
        : `${escalation.receiver} after ${formatDuration(escalation.afterUs)}`,
  }));
}

/** What a sidecar would do, with a memory that ends with this command. */
async function sendOnItsWay(
  routing: Routing,
  maintenance: NotifyConfig['maintenance'],
  labels: AlertTexts,
  { clock }: CliContext,
  open: (receiver: string) => readonly Channel[],
): Promise<Result[]> {
  const results: Result[] = [];
  const notifier = new Notifier({
    routing: { ...routing, root: unhurried(routing.root) },
    channels: (receiver) => open(receiver).map((channel) => noted(receiver, channel, results)),
    ledger: new Ledger(new MemoryStore()),
    policy: { ...plainPolicy, maintenance },
    clock,
    random: createRandom(1),
    meter: new NotifierMeter(new Board()),
    externalUrl: '',
    timeoutUs: TIMEOUT_US,
  });
  const alert: Alert = {
    labels,
    annotations: {
      summary: 'This is a test',
      description: 'Sent by `quorumscope test notify`; nothing is wrong.',
    },
    startsAtUs: clock.nowUs(),
    endsAtUs: undefined,
    generatorUrl: '',
  };
  notifier.start();
  notifier.tell([alert]);
  await notifier.settled();
  notifier.tell([{ ...alert, endsAtUs: clock.nowUs() }]);
  notifier.reconsider();
  await notifier.settled();
  await notifier.close(0);
  return results;
}

/** Nobody waits for a test; what would be waited for is told in words. */
function unhurried(route: Route): Route {
  return { ...route, groupWaitUs: 0, routes: route.routes.map(unhurried) };
}

function noted(receiver: string, channel: Channel, results: Result[]): Channel {
  return {
    ...channel,
    send: async (notification, signal) => {
      const receipt = await channel.send(notification, signal).catch((thrown: unknown): Receipt => ({
        outcome: 'retry',
        reason: 'failed',
        detail: messageOf(thrown),
      }));
      const told = notification.isFiring ? 'firing' : 'resolved';
      const answer = receipt.outcome === 'delivered' ? (receipt.answer ?? '') : receipt.detail;
      results.push({ receiver, channel: channel.kind, told, outcome: receipt.outcome, answer });
      return receipt;
    },
  };
}

function words(
  labels: AlertTexts,
  ways: readonly Way[],
  results: readonly Result[],
  untold: readonly string[],
): string {
  const shown = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    `a test alert {${shown.join(', ')}}`,
    ...ways.map(({ receiver, route, group, waits, quiet, escalates }) =>
      [
        `${receiver}: ${route === undefined ? 'as it was named' : `by the route ${route}`}, group ${group}`,
        ...(route === undefined ? [] : [`waits ${waits}`]),
        ...(escalates === undefined ? [] : [`escalates to ${escalates}`]),
        ...(quiet === undefined ? [] : [`kept back now: ${quiet}`]),
      ].join('; '),
    ),
    ...results.map(
      ({ receiver, channel, told, outcome, answer }) =>
        `${receiver}/${channel} ${told}: ${outcome}${answer === '' ? '' : ` (${answer})`}`,
    ),
    ...(untold.length === 0
      ? []
      : [`not told of it: ${untold.join(', ')}. Name one to test it, or take other labels with --label.`]),
  ].join('\n');
}
