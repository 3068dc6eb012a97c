/**
 * What only several attached nodes together show: how much of what one sent another received, how far
 * the traffic is from the protocol's minimum, and which validators still reach each other.
 *
 * Whatever is missing (a node that does not state its messages, a gap, a newcomer) makes a figure
 * absent until a whole window has been watched again; nothing is guessed across it.
 */
import type { EventMap, HelloEvent } from '../../events/vocabulary.js';
import type { Counter, Gauge } from '../../metrics/series.js';
import type { ChainScope, NodeObserver } from '../domain.js';
import type { OpenLabel } from '../scoped-series.js';
import { setOrClear } from '../span.js';
import { ratioOf, SlidingTotal } from '../window.js';
import { deliveryMetrics as m } from './catalogue.js';
import { connectedGroups } from './groups.js';
import { MOST_MESSAGE_TYPES } from './message-observer.js';

/** Messages per view that the protocol needs, per other validator. */
const LEAST_MESSAGES: Partial<Record<NonNullable<HelloEvent['protocol']>, number>> = {
  'hotstuff2-basic': 4,
  'hotstuff2-chained': 2,
  'hotstuff3-chained': 2,
  jolteon: 2,
};

/** Senders remembered per node. */
const MOST_SENDERS = 1024;

/** One attached node. */
interface Member {
  readonly node: string;
  validator: string;
  protocol: HelloEvent['protocol'];
  readonly decided: SlidingTotal;
  readonly sent: SlidingTotal;
  /** When a message of a sender last arrived, by the sender's resolved name. */
  readonly heard: Map<string, number>;
}

/** One message type between attached nodes, all pairs together. */
interface Pairs {
  readonly sent: SlidingTotal;
  readonly received: SlidingTotal;
  readonly rate: Gauge;
}

/** Delivery between the attached nodes of one chain. */
export class Delivery {
  readonly #scope: ChainScope;
  readonly #members = new Map<string, Member>();
  /** Attached nodes by everything that a peer may be called: node, validator, transport id. */
  readonly #byName = new Map<string, Member>();
  /** Validators by transport id, as connections announced them. */
  readonly #validatorOf = new Map<string, string>();
  readonly #pairs: OpenLabel<Pairs>;
  readonly #efficiency;
  readonly #groups;
  #partitions: Counter | undefined;
  #lastGroups = 1;
  #nowUs: number;
  #isWatching = false;

  constructor(scope: ChainScope) {
    this.#scope = scope;
    this.#nowUs = scope.clock.nowUs();
    this.#pairs = scope.series.open('message', MOST_MESSAGE_TYPES, (message) => ({
      sent: this.#total(),
      received: this.#total(),
      rate: scope.series.gauge(m.deliveryRate, message),
    }));
    this.#efficiency = scope.series.gauge(m.efficiency);
    this.#groups = scope.series.gauge(m.groups);
  }

  /** The observer that tells of `node`. */
  observe(node: string): NodeObserver {
    const member: Member = {
      node,
      validator: node,
      protocol: undefined,
      decided: this.#total(),
      sent: this.#total(),
      heard: new Map(),
    };
    return {
      handlers: {
        'network.message_sent': (event) => this.#sent(member, event),
        'network.message_received': (event) => this.#received(member, event),
        'network.peer_connected': (event) => this.#connected(event),
        'consensus.view_entered': ({ trigger }) => {
          if (trigger === 'qc' || trigger === 'dc') member.decided.add(1);
        },
      },
      hello: (hello, isNewRun) => this.#attached(member, hello, isNewRun),
      gap: (domain) => {
        if (domain === 'network') this.#restart();
        if (domain === 'consensus') member.decided.restart();
      },
      detached: () => {
        this.#members.delete(node);
        this.#rename();
        this.#restart();
      },
    };
  }

  tick(nowUs: number): void {
    this.#nowUs = nowUs;
    this.#isWatching = true;
    for (const { decided, sent } of this.#members.values()) {
      decided.advance(nowUs);
      sent.advance(nowUs);
    }
    for (const pair of this.#pairs.entries()) {
      pair.sent.advance(nowUs);
      pair.received.advance(nowUs);
      setOrClear(pair.rate, this.#members.size < 2 ? undefined : ratioOf(pair.received, pair.sent));
    }
    setOrClear(this.#efficiency, this.#efficiencyNow());
    this.#showGroups();
  }

  /** Between a restart and the next tick nothing is watched: what begins there waits with the rest. */
  #total(): SlidingTotal {
    return new SlidingTotal(this.#scope.windowUs, this.#isWatching ? this.#nowUs : 0);
  }

  #attached(member: Member, hello: HelloEvent, isNewRun: boolean): void {
    const isNew = !this.#members.has(member.node);
    member.validator = hello.validator ?? member.node;
    member.protocol = hello.protocol;
    this.#members.set(member.node, member);
    this.#rename();
    if (isNew || isNewRun) this.#restart();
  }

  #connected({ peer, validator }: EventMap['network.peer_connected']): void {
    if (validator === undefined || this.#validatorOf.size >= MOST_SENDERS) return;
    this.#validatorOf.set(peer, validator);
    this.#rename();
  }

  #rename(): void {
    this.#byName.clear();
    for (const member of this.#members.values()) {
      this.#byName.set(member.node, member);
      this.#byName.set(member.validator, member);
    }
    for (const [peer, validator] of this.#validatorOf) {
      const member = this.#byName.get(validator);
      if (member) this.#byName.set(peer, member);
    }
  }

  /** Forgets all windows: from here on everybody is watched anew. */
  #restart(): void {
    this.#isWatching = false;
    for (const { decided, sent, heard } of this.#members.values()) {
      decided.restart();
      sent.restart();
      heard.clear();
    }
    for (const pair of this.#pairs.entries()) {
      pair.sent.restart();
      pair.received.restart();
    }
  }

  #sent(member: Member, event: EventMap['network.message_sent']): void {
    const weight = event.weight ?? 1;
    member.sent.add(weight);
    const to = event.peer === undefined ? undefined : this.#byName.get(event.peer);
    if (to !== undefined && to !== member) this.#pairs.at(event.message).sent.add(weight);
  }

  #received(member: Member, event: EventMap['network.message_received']): void {
    if (event.peer === undefined) return;
    const from = this.#byName.get(event.peer);
    if (from === member) return;
    if (from !== undefined) this.#pairs.at(event.message).received.add(event.weight ?? 1);
    const sender = from?.validator ?? this.#validatorOf.get(event.peer) ?? event.peer;
    // Time stands still between ticks, which is fine enough for a window and costs no clock here.
    if (member.heard.size < MOST_SENDERS || member.heard.has(sender)) member.heard.set(sender, this.#nowUs);
  }

  /** The share of needed messages, where every validator is attached and says what it sent. */
  #efficiencyNow(): number | undefined {
    const validators = this.#scope.names.members;
    if (validators.length < 2) return undefined;
    let sent = 0;
    let decided: number | undefined;
    let least: number | undefined;
    for (const { id } of validators) {
      const member = this.#byName.get(id);
      const sentHere = member?.sent.growth ?? 0;
      if (!member || sentHere === 0 || member.protocol === undefined) return undefined;
      least = LEAST_MESSAGES[member.protocol];
      sent += sentHere;
      const decidedHere = member.decided.growth;
      if (decidedHere !== undefined) decided = Math.max(decided ?? 0, decidedHere);
    }
    return least === undefined || decided === undefined
      ? undefined
      : (least * (validators.length - 1) * decided) / sent;
  }

  #showGroups(): void {
    const groups = this.#groupsNow();
    setOrClear(this.#groups, groups);
    if (groups === undefined) return;
    this.#partitions ??= this.#scope.series.counter(m.partitions);
    if (groups > this.#lastGroups) this.#partitions.add();
    this.#lastGroups = groups;
  }

  #groupsNow(): number | undefined {
    const ids = new Set(this.#scope.names.members.map((member) => member.id));
    const members = [...this.#members.values()];
    if (members.length < 2) return undefined;
    // Who sends nothing may be stopped rather than cut off.
    const isJudged = members.every(
      ({ validator, sent }) => ids.has(validator) && sent.isFull && (sent.growth ?? 0) > 0,
    );
    if (!isJudged) return undefined;
    const sinceUs = this.#nowUs - this.#scope.windowUs;
    return connectedGroups(
      members.map((member) => ({
        name: member.validator,
        heard: [...member.heard].filter(([, atUs]) => atUs >= sinceUs).map(([sender]) => sender),
      })),
    );
  }
}
