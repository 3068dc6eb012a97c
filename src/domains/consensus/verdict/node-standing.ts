/**
 * What the verdicts need of one attached node besides its records: whether it is there and was, which view it is
 * in, how its connections to the other validators stood and how far away they are, and whether what it says it sent
 * was handed to its transport.
 *
 * Bounded: a few changes per peer, a few views of messages. After a gap in the network domain nothing is
 * known of connections until they change; a stream that samples its messages says nothing about one of them.
 */
import type { Clock } from '../../../base/clock.js';
import type { EventMap, HelloEvent } from '../../../events/vocabulary.js';
import type { NodeObserver } from '../../domain.js';
import type { Known } from './known.js';
import { TransitTimes } from './transit-times.js';

/** A connection: standing, ended by the other side or an error, or given up after silence. */
export type LinkState = 'up' | 'closed' | 'silent';

interface Change {
  readonly state: LinkState;
  /** Wall time, microseconds since the Unix epoch. */
  readonly atUs: number;
}

/** A time without a process that speaks, wall time. */
interface Absence {
  readonly fromUs: number;
  toUs: number;
}

/** Newest changes kept per peer, and newest absences. */
const KEPT = 6;
/** Most peers whose connection is followed. */
const MOST_PEERS = 4_096;
/** Views whose messages are remembered. */
const KEPT_VIEWS = 64;

/** The messages whose leaving is followed; a wish is of the view that it asks for. */
const kinds = { proposal: 0, vote1: 1, vote2: 2, prepare: 3, wish: 4 } as const;
/** A message that a verdict may ask for. */
export type Handed = keyof typeof kinds;

/** What a node may leave unsaid at its level of attachment. */
const subjects = { proposals: 1, votes: 2 } as const;

/** A statement with its wall time. */
interface Timed {
  readonly ts_us: number;
}

/** Who keeps the standings of a chain's nodes. */
interface StandingBook {
  /** A node was attached or detached. */
  cameOrWent(): void;
  /** Nothing of a node is kept any more. */
  forget(node: string): void;
}

/** One node as the verdicts see it. */
export class NodeStanding implements NodeObserver {
  readonly node: string;
  readonly handlers = {
    'consensus.view_entered': (event: EventMap['consensus.view_entered']) => this.entered(event),
    'network.peer_connected': (event: EventMap['network.peer_connected']) => this.#connected(event),
    'network.peer_disconnected': (event: EventMap['network.peer_disconnected']) => this.#disconnected(event),
    'network.latency_measured': (event: EventMap['network.latency_measured']) => {
      if (this.#latencies.size < MOST_PEERS || this.#latencies.has(event.peer))
        this.#latencies.set(event.peer, event.rtt_us);
    },
    'network.message_sent': (event: EventMap['network.message_sent']) => this.#sent(event),
    'consensus.proposal_sent': (event: EventMap['consensus.proposal_sent']) =>
      this.#spoke(event, subjects.proposals),
    'consensus.proposal_received': (event: EventMap['consensus.proposal_received']) =>
      this.proposalReceived(event),
    // Whoever speaks of one of these speaks of all: they are of one level of attachment.
    'consensus.vote_received': (event: EventMap['consensus.vote_received']) => this.spokeOfVotes(event),
    'consensus.lock_updated': (event: EventMap['consensus.lock_updated']) => this.spokeOfVotes(event),
    'consensus.view_timed_out': (event: EventMap['consensus.view_timed_out']) => this.#spoke(event, 0),
    'consensus.wish_sent': (event: EventMap['consensus.wish_sent']) => this.spokeOfVotes(event),
    'consensus.wish_received': (event: EventMap['consensus.wish_received']) => this.spokeOfVotes(event),
  };
  readonly #book: StandingBook;
  readonly #clock: Clock;
  readonly #peers = new Map<string, Change[]>();
  readonly #peerOf = new Map<string, string>();
  readonly #latencies = new Map<string, number>();
  readonly #transits = new TransitTimes();
  readonly #absences: Absence[] = [];
  /** By kind and view: the view, and how many receivers a message of it was handed over for. */
  readonly #sentViews = new Float64Array(KEPT_VIEWS * Object.keys(kinds).length).fill(-1);
  readonly #sentCounts = new Uint16Array(KEPT_VIEWS * Object.keys(kinds).length);
  #told = 0;
  #tellsMessagesSince = Number.POSITIVE_INFINITY;
  #self: string | undefined;
  #view = -1;
  #isAttached = false;
  #heardUs = Number.NEGATIVE_INFINITY;

  constructor(node: string, book: StandingBook, clock: Clock) {
    this.node = node;
    this.#book = book;
    this.#clock = clock;
  }

  /** The validator that the node is. */
  get self(): string | undefined {
    return this.#self;
  }

  /** The view it is in; -1 before it entered one. */
  get view(): number {
    return this.#view;
  }

  /** Whether some source speaks for it now. */
  get isAttached(): boolean {
    return this.#isAttached;
  }

  /** When it last said something of those things that verdicts look at, wall time. */
  get heardUs(): number {
    return this.#heardUs;
  }

  /** Whether it speaks of these at all: what it never speaks of is not missing. */
  tells(subject: keyof typeof subjects): boolean {
    return (this.#told & subjects[subject]) !== 0;
  }

  /** Whether no process of it spoke at some moment between the two, wall time. */
  wasAway(fromUs: number, toUs: number): boolean {
    return this.#absences.some((absence) => absence.fromUs <= toUs && absence.toUs >= fromUs);
  }

  /** Whether its connection to `validator` was in `state` at some moment; unknown where the node has not said. */
  wasLinked(validator: string, state: LinkState, fromUs: number, toUs: number): Known {
    const changes = this.#peers.get(this.#peerOf.get(validator) ?? validator);
    if (changes === undefined) return undefined;
    let before: LinkState | undefined;
    let isKnown = false;
    for (const change of changes) {
      if (change.atUs > toUs) break;
      if (change.atUs <= fromUs) before = change.state;
      else if (change.state === state) return true;
      isKnown = true;
    }
    if (before === state) return true;
    return isKnown ? false : undefined;
  }

  /** The newest round trip to `validator`, microseconds, and the median of those to all peers. */
  roundTripsUs(validator: string): { readonly to: number; readonly usual: number } | undefined {
    const to = this.#latencies.get(this.#peerOf.get(validator) ?? validator);
    if (to === undefined) return undefined;
    const all = [...this.#latencies.values()].sort((a, b) => a - b);
    return { to, usual: all[(all.length - 1) >> 1] ?? to };
  }

  /** What proposals of `validator` usually take to it, the difference of their clocks included. */
  usualTransitUs(validator: string): ReturnType<TransitTimes['usual']> {
    return this.#transits.usual(validator);
  }

  /**
   * For how many receivers a message of `view` went to the transport; undefined where the node does not say such
   * things.
   */
  handedOver(message: Handed, view: number): number | undefined {
    const slot = slotOf(message, view);
    if (this.#sentViews[slot] === view) return this.#sentCounts[slot] ?? 0;
    return view > this.#tellsMessagesSince ? 0 : undefined;
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    this.#self = hello.validator;
    if (isNewRun) {
      this.#peers.clear();
      this.#latencies.clear();
      this.#transits.clear();
      this.#forgetMessages();
      this.#view = -1;
    }
    if (this.#isAttached) {
      // In a recording of many nodes nobody sees one hang up: that it died shows when it comes back.
      if (isNewRun && Number.isFinite(this.#heardUs)) this.#away(this.#heardUs, hello.ts_us);
      return;
    }
    this.#isAttached = true;
    const last = this.#absences.at(-1);
    // The same run that comes back was only out of our sight.
    if (last !== undefined && isNewRun) last.toUs = hello.ts_us;
    else if (last !== undefined) this.#absences.pop();
    this.#book.cameOrWent();
  }

  gap(domain: string): void {
    if (domain !== 'network') return;
    this.#peers.clear();
    this.#forgetMessages();
  }

  detached(): void {
    this.#isAttached = false;
    this.#away(this.#clock.nowUs(), Number.POSITIVE_INFINITY);
    this.#book.cameOrWent();
  }

  retired(): void {
    this.#book.forget(this.node);
  }

  #away(fromUs: number, toUs: number): void {
    this.#absences.push({ fromUs, toUs });
    if (this.#absences.length > KEPT) this.#absences.shift();
  }

  /** The node is in another view. */
  entered({ view, ts_us }: EventMap['consensus.view_entered']): void {
    this.#heardUs = ts_us;
    this.#view = view;
  }

  /** A proposal came to it. */
  proposalReceived(event: EventMap['consensus.proposal_received']): void {
    this.#spoke(event, subjects.proposals);
    if (event.proposed_at_us !== undefined)
      this.#transits.note(event.validator, event.ts_us - event.proposed_at_us);
  }

  /** It said something that tells whether it speaks of votes. */
  spokeOfVotes(event: Timed): void {
    this.#spoke(event, subjects.votes);
  }

  #spoke({ ts_us }: Timed, subject: number): void {
    this.#heardUs = ts_us;
    this.#told |= subject;
  }

  #connected({ peer, validator, ts_us }: EventMap['network.peer_connected']): void {
    if (validator !== undefined && this.#peerOf.size < MOST_PEERS) this.#peerOf.set(validator, peer);
    this.#change(peer, { state: 'up', atUs: ts_us });
  }

  #disconnected({ peer, reason, ts_us }: EventMap['network.peer_disconnected']): void {
    this.#change(peer, { state: reason === 'timeout' ? 'silent' : 'closed', atUs: ts_us });
  }

  #change(peer: string, change: Change): void {
    const changes = this.#peers.get(peer);
    if (changes !== undefined) {
      changes.push(change);
      if (changes.length > KEPT) changes.shift();
    } else if (this.#peers.size < MOST_PEERS) this.#peers.set(peer, [change]);
  }

  #sent({ message, view, weight }: EventMap['network.message_sent']): void {
    if (view === undefined) return;
    const kind = (kinds as Readonly<Record<string, number | undefined>>)[message];
    if (kind === undefined) return;
    if ((weight ?? 1) > 1) return this.#forgetMessages();
    // Of the view that it speaks in first it may not have told all.
    if (this.#tellsMessagesSince === Number.POSITIVE_INFINITY) this.#tellsMessagesSince = view;
    const slot = kind * KEPT_VIEWS + (view % KEPT_VIEWS);
    if (this.#sentViews[slot] !== view) {
      this.#sentViews[slot] = view;
      this.#sentCounts[slot] = 0;
    }
    this.#sentCounts[slot]!++;
  }

  #forgetMessages(): void {
    this.#tellsMessagesSince = Number.POSITIVE_INFINITY;
    this.#sentViews.fill(-1);
  }
}

function slotOf(message: Handed, view: number): number {
  return kinds[message] * KEPT_VIEWS + (view % KEPT_VIEWS);
}
