/**
 * Answers Alertmanager's API, version 2, and acknowledgements, from what the notifier holds. Changes are durable when they
 * are answered. Nothing here throws; errors are texts, as Alertmanager's clients expect.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { LabelMatcher } from '../../promql/matchers.js';
import { compilePattern } from '../../promql/regex.js';
import type { Alert } from '../alert.js';
import type { HeldAlert, Silence } from '../routing/held.js';
import type { Ledger } from '../routing/ledger.js';
import { passes, readMatchers } from '../routing/matcher-text.js';
import { isFiring, silenceState } from '../routing/mutes.js';
import type { Notifier } from '../routing/notifier.js';
import { rfc3339 } from '../channels/words.js';
import { readAcknowledgement, readAlerts, readSilence, type PostedSilence, type Read } from './postable.js';

/** A request by the name of what is asked for. */
export interface ApiRequest {
  readonly endpoint: string;
  readonly query: URLSearchParams;
  readonly id?: string;
  readonly body: string;
}

/** Status code and document; without one there is no body. */
export interface ApiAnswer {
  readonly status: number;
  readonly document?: unknown;
}

/** What the API answers from. */
export interface ApiOptions {
  readonly notifier: Notifier;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly version: string;
  /** Counts a post that was refused. */
  readonly refused: () => void;
  /** Hears of what was posted, besides the notifier. */
  readonly posted?: (alerts: readonly Alert[], expiresAtUs: number) => void;
}

const done: ApiAnswer = { status: 200 };
const wrong = (problem: string): ApiAnswer => ({ status: 400, document: problem });
const absent = (what: string): ApiAnswer => ({ status: 404, document: `there is no such ${what}` });

/** The API. */
export class AlertmanagerApi {
  readonly #options: ApiOptions;
  readonly #startedAtUs: number;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#startedAtUs = options.clock.nowUs();
  }

  async answer(request: ApiRequest): Promise<ApiAnswer> {
    const { ledger, notifier } = this.#options;
    const { endpoint, query, body, id = '' } = request;
    switch (endpoint) {
      case 'status':
        return { status: 200, document: this.#status() };
      case 'receivers':
        return { status: 200, document: [...notifier.routing.receivers.keys()].map((name) => ({ name })) };
      case 'alerts':
        return this.#alerts(query);
      case 'post_alerts':
        return this.#postAlerts(body);
      case 'groups':
        return this.#groups(query);
      case 'silences':
        return this.#silences(query);
      case 'post_silence':
        return this.#postSilence(body);
      case 'silence': {
        const silence = ledger.silences.get(id);
        return silence === undefined ? absent('silence') : { status: 200, document: this.#silence(silence) };
      }
      case 'delete_silence':
        return this.#deleteSilence(id);
      case 'acknowledgements':
        return { status: 200, document: [...ledger.acknowledgements.values()].map(acknowledgement) };
      case 'acknowledge':
        return this.#acknowledge(body);
      default:
        return absent('endpoint');
    }
  }

  #status(): unknown {
    const { version, notifier } = this.#options;
    const versionInfo = {
      version,
      branch: '',
      buildDate: '',
      buildUser: 'quorumscope',
      goVersion: '',
      revision: '',
    };
    return {
      cluster: { status: 'disabled', peers: [] },
      versionInfo,
      config: { original: notifier.routing.original },
      uptime: rfc3339(this.#startedAtUs),
    };
  }

  #alerts(query: URLSearchParams): ApiAnswer {
    const wanted = wish(query);
    if ('problem' in wanted) return wrong(wanted.problem);
    const alerts = [...this.#options.ledger.alerts.values()].flatMap(
      (held) => this.#alert(held, wanted.value) ?? [],
    );
    return { status: 200, document: alerts };
  }

  #groups(query: URLSearchParams): ApiAnswer {
    const wanted = wish(query);
    if ('problem' in wanted) return wrong(wanted.problem);
    const { ledger, notifier } = this.#options;
    const groups = notifier.groups.flatMap(({ labels, route, ids }) => {
      const alerts = [...ids].flatMap((id) => {
        const held = ledger.alerts.get(id);
        return (held && this.#alert(held, wanted.value)) ?? [];
      });
      return alerts.length === 0 ? [] : [{ labels, receiver: { name: route.receiver }, alerts }];
    });
    return { status: 200, document: groups };
  }

  /** Undefined where it is not wished for. */
  #alert(held: HeldAlert, wish: Wish): unknown {
    const { notifier, clock } = this.#options;
    const { alert, expiresAtUs, updatedAtUs, id } = held;
    if (!isFiring(held, clock.nowUs()) || !passes(alert.labels, wish.matchers)) return undefined;
    const receivers = notifier.receiversOf(alert.labels);
    if (!receivers.some((name) => wish.receiver(name))) return undefined;
    const { silencedBy, inhibitedBy } = notifier.mutedBy(held);
    const isMuted = silencedBy.length > 0 || inhibitedBy.length > 0;
    if (!isMuted && !wish.active) return undefined;
    if ((silencedBy.length > 0 && !wish.silenced) || (inhibitedBy.length > 0 && !wish.inhibited))
      return undefined;
    return {
      labels: alert.labels,
      annotations: alert.annotations,
      fingerprint: id,
      receivers: receivers.map((name) => ({ name })),
      startsAt: rfc3339(alert.startsAtUs),
      // Alertmanager's schema asks for an end; of what has none it is when we would look again.
      endsAt: rfc3339(expiresAtUs ?? clock.nowUs() + notifier.routing.resolveTimeoutUs),
      updatedAt: rfc3339(updatedAtUs),
      generatorURL: alert.generatorUrl,
      status: { state: isMuted ? 'suppressed' : 'active', silencedBy, inhibitedBy },
    };
  }

  #postAlerts(body: string): ApiAnswer {
    const { notifier, clock, refused, posted } = this.#options;
    const nowUs = clock.nowUs();
    const read = readAlerts(body, nowUs);
    if ('problem' in read) {
      refused();
      return wrong(read.problem);
    }
    const byEnd = new Map<number, (typeof read.value)[number]['alert'][]>();
    for (const { alert, endsAtUs } of read.value) {
      const expiresAtUs = endsAtUs ?? nowUs + notifier.routing.resolveTimeoutUs;
      byEnd.set(expiresAtUs, [...(byEnd.get(expiresAtUs) ?? []), alert]);
    }
    for (const [expiresAtUs, alerts] of byEnd) {
      notifier.receive(alerts, expiresAtUs);
      posted?.(alerts, expiresAtUs);
    }
    return done;
  }

  #silences(query: URLSearchParams): ApiAnswer {
    const matchers = filters(query);
    if ('problem' in matchers) return wrong(matchers.problem);
    const { ledger, clock } = this.#options;
    const nowUs = clock.nowUs();
    const order = ['active', 'pending', 'expired'];
    const rank = (silence: Silence): number => order.indexOf(silenceState(silence, nowUs));
    const silences = [...ledger.silences.values()]
      .filter((silence) => isAbout(silence, matchers.value))
      .sort((a, b) => rank(a) - rank(b) || a.endsAtUs - b.endsAtUs);
    return { status: 200, document: silences.map((silence) => this.#silence(silence)) };
  }

  async #postSilence(body: string): Promise<ApiAnswer> {
    const { ledger, clock } = this.#options;
    const nowUs = clock.nowUs();
    const read = readSilence(body, nowUs);
    if ('problem' in read) return wrong(read.problem);
    const before = read.value.id === undefined ? undefined : ledger.silences.get(read.value.id);
    if (read.value.id !== undefined && before === undefined) return absent('silence');
    const isChange =
      before !== undefined && silenceState(before, nowUs) !== 'expired' && isSameFor(before, read.value);
    const startsAtUs =
      isChange && before.startsAtUs <= nowUs ? before.startsAtUs : Math.max(nowUs, read.value.startsAtUs);
    const id = isChange ? before.id : randomUUID();
    if (before !== undefined && !isChange) this.#expire(before, nowUs);
    ledger.put({ is: 'silence', silence: { ...read.value, id, startsAtUs, updatedAtUs: nowUs } });
    if (!(await ledger.durable())) return notDurable;
    return { status: 200, document: { silenceID: id } };
  }

  async #deleteSilence(id: string): Promise<ApiAnswer> {
    const { ledger, clock } = this.#options;
    const silence = ledger.silences.get(id);
    if (silence === undefined) return absent('silence');
    this.#expire(silence, clock.nowUs());
    return (await ledger.durable()) ? done : notDurable;
  }

  #expire(silence: Silence, nowUs: number): void {
    if (silence.endsAtUs <= nowUs) return;
    const startsAtUs = Math.min(silence.startsAtUs, nowUs);
    this.#options.ledger.put({
      is: 'silence',
      silence: { ...silence, startsAtUs, endsAtUs: nowUs, updatedAtUs: nowUs },
    });
  }

  async #acknowledge(body: string): Promise<ApiAnswer> {
    const { ledger, clock, notifier } = this.#options;
    const read = readAcknowledgement(body);
    if ('problem' in read) return wrong(read.problem);
    const { alert, by, comment } = read.value;
    const held = ledger.alerts.get(alert);
    if (held === undefined || !isFiring(held, clock.nowUs())) return absent('alert that fires');
    const made = { id: alert, by, comment, atUs: clock.nowUs() };
    ledger.put({ is: 'acknowledged', acknowledgement: made });
    notifier.reconsider();
    return (await ledger.durable()) ? { status: 200, document: acknowledgement(made) } : notDurable;
  }

  #silence(silence: Silence): unknown {
    const { id, matchers, startsAtUs, endsAtUs, updatedAtUs, createdBy, comment } = silence;
    return {
      id,
      status: { state: silenceState(silence, this.#options.clock.nowUs()) },
      matchers: matchers.map(({ name, type, value }) => ({
        name,
        value,
        isRegex: type.endsWith('~'),
        isEqual: type.startsWith('='),
      })),
      startsAt: rfc3339(startsAtUs),
      endsAt: rfc3339(endsAtUs),
      updatedAt: rfc3339(updatedAtUs),
      createdBy,
      comment,
    };
  }
}

const notDurable: ApiAnswer = {
  status: 500,
  document: 'it holds, but the disk refused it: a restart would forget it',
};

interface Wish {
  readonly matchers: readonly LabelMatcher[];
  readonly receiver: (name: string) => boolean;
  readonly active: boolean;
  readonly silenced: boolean;
  readonly inhibited: boolean;
}

function wish(query: URLSearchParams): Read<Wish> {
  const matchers = filters(query);
  if ('problem' in matchers) return matchers;
  const pattern = compilePattern(query.get('receiver') ?? '.*');
  if ('problem' in pattern) return pattern;
  const flag = (name: string): boolean => query.get(name) !== 'false';
  return {
    value: {
      matchers: matchers.value,
      receiver: (name) => pattern.test(name),
      active: flag('active'),
      silenced: flag('silenced'),
      inhibited: flag('inhibited'),
    },
  };
}

function filters(query: URLSearchParams): Read<readonly LabelMatcher[]> {
  const value: LabelMatcher[] = [];
  for (const text of query.getAll('filter')) {
    const read = readMatchers(text);
    if ('problem' in read) return read;
    value.push(...read.matchers);
  }
  return { value };
}

/** Whether a silence names labels as the filters want them. */
function isAbout(silence: Silence, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every((wanted) =>
    silence.matchers.some(({ name, value }) => name === wanted.name && wanted.matches(value)),
  );
}

/** Whether a change keeps whom a silence is about. */
function isSameFor(before: Silence, { matchers, startsAtUs }: PostedSilence): boolean {
  const text = (list: Silence['matchers']): string =>
    JSON.stringify(list.map(({ name, type, value }) => [name, type, value]).sort());
  return text(before.matchers) === text(matchers) && Math.abs(before.startsAtUs - startsAtUs) < 1_000_000;
}

function acknowledgement({
  id,
  by,
  comment,
  atUs,
}: {
  id: string;
  by: string;
  comment: string;
  atUs: number;
}): unknown {
  return { alert: id, by, comment, at_us: atUs };
}
