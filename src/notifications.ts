/**
 * Builds what tells people of alerts from the configuration: routes, channels, memory on disk, the API, the hand-over to a
 * real Alertmanager and the heartbeat. Part of the composition: it knows the configuration and the rooms.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AlertmanagerApi, type ApiAnswer, type ApiRequest } from './alerts/api/alertmanager-api.js';
import type { Alert, AlertListener } from './alerts/alert.js';
import { notificationMetrics } from './alerts/catalogue.js';
import { openAccess, type ChannelConfig } from './alerts/channels/channel-config.js';
import { HandOver } from './alerts/channels/hand-over.js';
import { embeddedProblem } from './alerts/embedded/alert-condition.js';
import { handlerChannel, type AlertHandler } from './alerts/channels/handler.js';
import { startHeartbeat } from './alerts/channels/heartbeat.js';
import type { Channel } from './alerts/channels/notification.js';
import { openChannel } from './alerts/channels/open-channel.js';
import { defaultRouting } from './alerts/routing/default-routing.js';
import { JournalStore } from './alerts/routing/journal-store.js';
import { Ledger, MemoryStore } from './alerts/routing/ledger.js';
import { NotifierMeter } from './alerts/routing/meter.js';
import { Notifier } from './alerts/routing/notifier.js';
import { PAGERDUTY_URL, parseRouting, TELEGRAM_URL } from './alerts/routing/parse-routing.js';
import { templateReader } from './alerts/routing/template-files.js';
import type { Policy } from './alerts/routing/policy.js';
import { readHost } from './alerts/routing/receiver-fields.js';
import type { Routing } from './alerts/routing/routing.js';
import type { Clock } from './base/clock.js';
import { messageOf, QuorumscopeError } from './base/errors.js';
import type { Logger } from './base/logger.js';
import { createRandom } from './base/random.js';
import { configError } from './config/problem.js';
import type { NotifyConfig } from './config/notify.js';
import type { Config } from './config/sections.js';
import { boardMeter } from './journal-meter.js';
import { Journal } from './journal/journal.js';
import type { Board } from './metrics/board.js';
import { shippedRouting } from './shipped-alerts.js';
import { VERSION } from './version.js';

/** What notifications are built from besides their configuration. */
export interface NotificationDeps {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `http://host:port` of this sidecar. */
  readonly address: () => string;
  /** Functions that are told like receivers. */
  readonly handlers?: readonly AlertHandler[] | undefined;
  /** Whether the sidecar is well: what the heartbeat says. */
  readonly isWell: () => boolean;
}

/** Notifications that are running. */
export interface Notifications {
  /** Who is told of alerts by the rules. */
  readonly listener: AlertListener;
  readonly notifier: Notifier;
  /** Alertmanager's API. */
  answer(request: ApiRequest): Promise<ApiAnswer>;
  /** Reads the file of routes anew. @returns what is wrong with it, when the old routes stay; never throws */
  reload(): string | undefined;
  /** Attempts under way end within the deadline; what is owed is told after the next start. */
  close(deadlineUs: number): Promise<void>;
}

/** The folder within `data.dir`. */
export const NOTIFICATIONS_FOLDER = 'notifications';

/**
 * Opens the memory and takes up what is owed.
 * @throws QuorumscopeError `config.invalid`, `config.unreadable`, `journal.locked`, `journal.unusable`
 */
export async function openNotifications(
  config: Pick<Config, 'notify' | 'data'>,
  deps: NotificationDeps,
): Promise<Notifications> {
  const { notify, data } = config;
  const { board, clock, logger } = deps;
  const routing = routingOf(notify);
  const open = channelsOf(routing, deps, usualReceivers(notify));
  for (const name of routing.receivers.keys()) open(name);
  checkPolicy(notify, routing);
  const ledger = await openLedger(data.dir, deps);
  const notifier = new Notifier({
    routing,
    channels: open,
    ledger,
    policy: policyOf(notify),
    clock,
    random: createRandom(randomInt(2 ** 32)),
    meter: new NotifierMeter(board),
    logger,
    externalUrl: notify.externalUrl ?? deps.address(),
  });
  const refused = (): void => board.counter(notificationMetrics.refusedAlerts).at().add();
  const sender = { clock, userAgent: USER_AGENT, board, caFile: notify.caFile };
  const handOver =
    notify.alertmanagers.length === 0
      ? undefined
      : new HandOver({ ...sender, urls: notify.alertmanagers, logger });
  const posted = (alerts: readonly Alert[], expiresAtUs: number): void => handOver?.pass(alerts, expiresAtUs);
  const api = new AlertmanagerApi({ notifier, ledger, clock, version: VERSION, refused, posted });
  notifier.start();
  const heartbeat =
    notify.heartbeat === null
      ? undefined
      : startHeartbeat({
          ...sender,
          url: notify.heartbeat,
          intervalUs: notify.heartbeatUs,
          isWell: deps.isWell,
        });
  return {
    listener: {
      tell: (alerts) => [notifier, handOver].forEach((one) => one?.tell(alerts)),
      remembered: (labels, untilUs) => notifier.remembered(labels, untilUs),
    },
    notifier,
    answer: (request) => api.answer(request),
    reload: () => reloaded(notify, deps, notifier),
    close: async (deadlineUs) => {
      await heartbeat?.close();
      await Promise.all([notifier.close(deadlineUs), handOver?.close()]);
    },
  };
}

/** All or nothing: what cannot be read or opened changes nothing. */
function reloaded(notify: NotifyConfig, deps: NotificationDeps, notifier: Notifier): string | undefined {
  if (notify.configFile === null) return undefined;
  try {
    const routing = routingOf(notify);
    const open = channelsOf(routing, deps, usualReceivers(notify));
    for (const name of routing.receivers.keys()) open(name);
    checkPolicy(notify, routing);
    notifier.reconfigure(routing, open);
    deps.logger.info('the routes of alerts have been read', { file: notify.configFile });
    return undefined;
  } catch (error) {
    deps.logger.error('the routes of alerts are refused, the old ones stay', { why: messageOf(error) });
    return messageOf(error);
  }
}

const USER_AGENT = `quorumscope/${VERSION}`;

/** The routes of the file, or of the short form. @throws QuorumscopeError `config.invalid`, `config.unreadable` */
export function routingOf(notify: NotifyConfig): Routing {
  const { configFile } = notify;
  if (configFile === null) return defaultRouting(shortForm(notify), shippedRouting());
  let text: string;
  try {
    text = readFileSync(configFile, 'utf8');
  } catch (error) {
    const message = `cannot read the Alertmanager configuration ${configFile}: ${messageOf(error)}`;
    throw new QuorumscopeError('config.unreadable', 'configuration', message, {
      details: { file: configFile },
      cause: error,
    });
  }
  const parsed = parseRouting(text, templateReader(dirname(configFile)));
  if ('routing' in parsed) return parsed.routing;
  throw configError(
    parsed.problems.map(({ line, column, path, message, file }) => ({
      path,
      where: `${file ?? configFile}:${line}:${column}`,
      message,
    })),
  );
}

/** What channels are opened with; without a board nothing is counted. */
type ChannelDeps = Pick<NotificationDeps, 'clock' | 'logger' | 'handlers'> & { readonly board?: Board };

/** Opens each receiver's channels once, with the handlers that hear it. @throws QuorumscopeError `alerts.embedded` */
export function channelsOf(
  { receivers }: Routing,
  { clock, logger, handlers = [], board }: ChannelDeps,
  usual: readonly string[] = [],
): (receiver: string) => readonly Channel[] {
  const opened = new Map<string, readonly Channel[]>();
  const heard = handlers.map((handler) => {
    const names = handler.receiver === undefined ? usual : [handler.receiver];
    if (names.length === 0)
      throw embeddedProblem('a handler must name its receiver where a file has the routes');
    const unknown = names.find((name) => !receivers.has(name));
    if (unknown === undefined) return { names, channel: handlerChannel(handler) };
    throw embeddedProblem(`there is no receiver ${unknown}; there are ${[...receivers.keys()].join(', ')}`);
  });
  return (name) => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const configured = (receivers.get(name)?.channels ?? []).map((channel) =>
      openChannel(channel, {
        clock,
        logger,
        userAgent: USER_AGENT,
        onBrokenText: (field, problem) => {
          board?.counter(notificationMetrics.brokenTexts).at(name, channel.kind).add();
          logger.warn('a template of a receiver could not be used, it is told in built-in words', {
            ...{ receiver: name, channel: channel.kind, field, problem },
          });
        },
      }),
    );
    const own = heard.flatMap(({ names, channel }) => (names.includes(name) ? [channel] : []));
    const channels = [...configured, ...own];
    opened.set(name, channels);
    return channels;
  };
}

/** Who hears what the short form tells. */
function usualReceivers({ configFile }: NotifyConfig): readonly string[] {
  return configFile === null ? ['page', 'notify'] : [];
}

function shortForm(notify: NotifyConfig): ChannelConfig[] {
  const { webhook, slack, pagerduty, telegram, discord, email, log, caFile } = notify;
  const http = { ...openAccess, caFile };
  const all = { sendResolved: true, http };
  const found: ChannelConfig[] = [];
  if (webhook !== null) found.push({ kind: 'webhook', url: webhook, maxAlerts: 0, ...all });
  if (slack !== null)
    found.push({
      kind: 'slack',
      url: slack,
      channel: notify.slackChannel ?? '',
      username: '',
      iconEmoji: '',
      ...all,
    });
  if (pagerduty !== null) {
    const words = { client: 'quorumscope', component: '', class: '', group: '' };
    found.push({ kind: 'pagerduty', url: { text: PAGERDUTY_URL }, routingKey: pagerduty, ...words, ...all });
  }
  if (telegram !== null)
    found.push({
      kind: 'telegram',
      token: telegram,
      apiUrl: TELEGRAM_URL,
      chatId: notify.telegramChat ?? '',
      silent: false,
      ...all,
    });
  if (discord !== null) found.push({ kind: 'discord', url: discord, ...all });
  const host = readHost(email.smarthost ?? '');
  if (email.to !== null && email.from !== null && host !== undefined) {
    const { to, from, username, password, requireTls } = email;
    const mail = { to, from, username, password, requireTls, caFile, ...host };
    found.push({ kind: 'email', hello: 'localhost', sendResolved: true, ...mail });
  }
  if (log) found.push({ kind: 'log', sendResolved: true });
  return found;
}

function policyOf({ escalation, cooldownUs, rateLimit, maintenance }: NotifyConfig): Policy {
  return {
    escalations: escalation === null ? [] : [{ ...escalation, from: [] }],
    cooldownUs,
    rateLimit: rateLimit ?? undefined,
    maintenance,
  };
}

function checkPolicy({ escalation }: NotifyConfig, { receivers }: Routing): void {
  if (escalation === null || receivers.has(escalation.receiver)) return;
  const message = `there is no receiver ${escalation.receiver}; there are ${[...receivers.keys()].join(', ')}`;
  throw configError([{ path: 'notify.escalation.receiver', where: 'the configuration', message }]);
}

async function openLedger(dir: string | null, { board, clock, logger }: NotificationDeps): Promise<Ledger> {
  if (dir === null) return new Ledger(new MemoryStore());
  const journal = await Journal.open({
    folder: join(dir, NOTIFICATIONS_FOLDER),
    clock,
    meter: boardMeter(board, NOTIFICATIONS_FOLDER),
    logger,
    bufferBytes: 32 * 1024 * 1024,
  });
  const { store, steps } = await JournalStore.open(journal, logger);
  return new Ledger(store, steps);
}
