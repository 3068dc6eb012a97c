/**
 * What the verdicts need of one attached node besides its records: whether it is there, which view it is
 * in, how its connections to the other validators stood at a moment, and whether what it says it
 * sent was handed to its transport.
 *
 * Bounded: a few changes per peer, a few views of messages. After a gap in the network domain nothing is
 * known of connections until they change; a stream that samples its messages says nothing about one of them.
 */
import type { EventMap, HelloEvent } from '../../../events/vocabulary.js';
import type { NodeObserver } from '../../domain.js';

/** A connection at a moment: standing, ended by the other side or an error, or given up after silence. */
export type LinkState = 'up' | 'closed' | 'silent';

interface Change {
  readonly state: LinkState;
  /** Wall time, microseconds since the Unix epoch. */
  readonly atUs: number;
}

/** Newest changes kept per peer. */
const KEPT_CHANGES = 6;
/** Most peers whose connection is followed. */
const MOST_PEERS = 4_096;
/** Views whose messages are remembered. */
const KEPT_VIEWS = 64;

/** The messages whose leaving is followed; a wish is of the view that it asks for. */
const kinds = { proposal: 0, vote1: 1, vote2: 2, prepare: 3, wish: 4 } as const;
/** A message that a verdict may ask for. */
export type Handed = keyof typeof kinds;

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
    'consensus.view_entered': (event: EventMap['consensus.view_entered']) => this.#entered(event),
    'network.peer_connected': (event: EventMap['network.peer_connected']) => this.#connected(event),
    'network.peer_disconnected': (event: EventMap['network.peer_disconnected']) => this.#disconnected(event),
    'network.message_sent': (event: EventMap['network.message_sent']) => this.#sent(event),
  };
  readonly #peers = new Map<string, Change[]>();
  /** Validator id by peer id, and the other way round. */
  readonly #peerOf = new Map<string, string>();
  readonly #sentViews = new Float64Array(KEPT_VIEWS * Object.keys(kinds).length).fill(-1);
  #tellsMessagesSince = Number.POSITIVE_INFINITY;
  #self: string | undefined;
  #protocol: string | undefined;
  #view = -1;
  #enteredAtUs = 0;
  #isAttached = false;
  #runSinceUs = 0;

  readonly #book: StandingBook;

  constructor(node: string, book: StandingBook) {
    this.node = node;
    this.#book = book;
  }

  /** The validator that the node is. */
  get self(): string | undefined {
    return this.#self;
  }

  get protocol(): string | undefined {
    return this.#protocol;
  }

  /** The view it is in; -1 before it entered one. */
  get view(): number {
    return this.#view;
  }

  /** When it entered its view, wall time. */
  get enteredAtUs(): number {
    return this.#enteredAtUs;
  }

  /** Whether some source speaks for it now. */
  get isAttached(): boolean {
    return this.#isAttached;
  }

  /** When the run that speaks now said hello first, wall time. */
  get runSinceUs(): number {
    return this.#runSinceUs;
  }

  /** How the connection to `validator` stood at `atUs`; undefined where the node has not said. */
  linkTo(validator: string, atUs: number): LinkState | undefined {
    const changes = this.#peers.get(this.#peerOf.get(validator) ?? validator);
    if (changes === undefined) return undefined;
    let state: LinkState | undefined;
    for (const change of changes) if (change.atUs <= atUs) state = change.state;
    return state;
  }

  /** Whether its connection to `validator` was given up for silence between the two moments. */
  fellSilent(validator: string, fromUs: number, toUs: number): boolean {
    const changes = this.#peers.get(this.#peerOf.get(validator) ?? validator);
    return changes?.some(({ state, atUs }) => state === 'silent' && atUs >= fromUs && atUs <= toUs) ?? false;
  }

  /** Whether a message of `view` went to the transport; undefined where the node does not say such things. */
  handedOver(message: Handed, view: number): boolean | undefined {
    if (this.#sentViews[slotOf(message, view)] === view) return true;
    return view > this.#tellsMessagesSince ? false : undefined;
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    this.#self = hello.validator;
    this.#protocol = hello.protocol;
    if (isNewRun) {
      this.#runSinceUs = hello.ts_us;
      this.#peers.clear();
      this.#forgetMessages();
      this.#view = -1;
    }
    if (this.#isAttached) return;
    this.#isAttached = true;
    this.#book.cameOrWent();
  }

  gap(domain: string): void {
    if (domain !== 'network') return;
    this.#peers.clear();
    this.#forgetMessages();
  }

  detached(): void {
    this.#isAttached = false;
    this.#book.cameOrWent();
  }

  closed(): void {
    this.#book.forget(this.node);
  }

  #entered({ view, ts_us }: EventMap['consensus.view_entered']): void {
    this.#view = view;
    this.#enteredAtUs = ts_us;
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
      if (changes.length > KEPT_CHANGES) changes.shift();
    } else if (this.#peers.size < MOST_PEERS) this.#peers.set(peer, [change]);
  }

  #sent({ message, view, weight }: EventMap['network.message_sent']): void {
    if (view === undefined) return;
    const kind = (kinds as Readonly<Record<string, number | undefined>>)[message];
    if (kind === undefined) return;
    if ((weight ?? 1) > 1) return this.#forgetMessages();
    // Of the view that it speaks in first it may not have told all.
    if (this.#tellsMessagesSince === Number.POSITIVE_INFINITY) this.#tellsMessagesSince = view;
    this.#sentViews[kind * KEPT_VIEWS + (view % KEPT_VIEWS)] = view;
  }

  #forgetMessages(): void {
    this.#tellsMessagesSince = Number.POSITIVE_INFINITY;
    this.#sentViews.fill(-1);
  }
}

function slotOf(message: Handed, view: number): number {
  return kinds[message] * KEPT_VIEWS + (view % KEPT_VIEWS);
}
