/**
 * The face that a node calls: one typed function per event, in the words of the wire.
 *
 * A hook never throws, never waits, and costs one branch while nobody listens. Only `createHooks`
 * itself throws, at start, when its options cannot be a `hello`.
 */
import { randomBytes } from 'node:crypto';
import { QuorumscopeError } from '../../base/errors.js';
import type { domains } from '../../events/vocabulary.js';
import { domainNames, type DomainName, type EventBody } from '../../events/vocabulary.js';
import { Emitter, type HookStats } from './emitter.js';
import { plansOf, type EventPlan } from './event-plan.js';
import type { EventTap, TapOrigin } from './event-tap.js';
import { factsOf, type HelloUpdate, type HookIdentity } from './hello.js';
import { ClockStamper, MachineStamper, type HookClock } from './hook-clock.js';

type HookName<D extends DomainName> = keyof (typeof domains)[D] & string;

/** The hooks of one domain: `voteReceived(body)` states `consensus.vote_received`. */
export type DomainHooks<D extends DomainName> = {
  readonly [H in HookName<D>]: (body: EventBody<D, H>) => void;
};

/** What a hooks object can do besides stating events. */
export interface HooksControl {
  readonly identity: HookIdentity;
  /**
   * Restates what changed: a new validator set, another view timer. What is not named stays. An
   * update that `hello` cannot hold is counted in `stats().invalid` and ignored.
   */
  hello(update: HelloUpdate): void;
  /** What became of the events so far. Allocates: for a report, not for every event. */
  stats(): HookStats;
  /** Grows when metrics have to be declared again: a new stream, or declarations that may be lost. */
  declarations(): number;
  /** Lets a tap hear every event of this object from now on. @returns ends it */
  attach(open: (origin: TapOrigin) => EventTap): () => void;
}

/** The hooks of one node, by domain: `hooks.consensus.voteReceived({...})`. */
export type Hooks = HooksControl & { readonly [D in DomainName]: DomainHooks<D> };

/** Who speaks, and how. */
export interface HooksOptions extends HelloUpdate {
  /** The node's name or id; becomes the label `node_id`. */
  readonly node: string;
  /** Name of the chain; becomes the label `chain_id`. */
  readonly chain: string;
  /**
   * Share of the events kept of types that may be sampled, 0 < rate <= 1. Default 1. Views, votes,
   * proposals, certificates and commits are never sampled.
   */
  readonly samplingRate?: number;
  /** Where time stamps come from. Default: the machine's clock. */
  readonly clock?: HookClock;
  /** Id of this process start, for streams that must be reproducible. Default: random. */
  readonly run?: string;
}

/** @throws QuorumscopeError `attach.hooks` when the options cannot be a `hello` */
export function createHooks(options: HooksOptions): Hooks {
  const { node, chain, run = randomBytes(8).toString('hex'), samplingRate = 1, clock } = options;
  const identity: HookIdentity = Object.freeze({ chain, node, run });
  const facts = factsOf(identity, options);
  if (typeof facts === 'string') throw cannotBe(facts);
  if (!(samplingRate > 0 && samplingRate <= 1)) throw cannotBe('samplingRate: expected 0 < rate <= 1');
  const stamper = clock === undefined ? new MachineStamper() : new ClockStamper(clock);
  const emitter = new Emitter(identity, facts, stamper, samplingRate);
  const control: HooksControl = {
    identity,
    hello: (update) => emitter.restate(update),
    stats: () => emitter.stats(),
    declarations: () => emitter.declarations,
    attach: (open) => emitter.attach(open),
  };
  const byDomain = domainNames.map((name) => [name, domainHooks(name, emitter)] as const);
  return Object.fromEntries([...Object.entries(control), ...byDomain]) as unknown as Hooks;
}

/**
 * `fromEntries`, here and above, gives an object whose members V8 treats as constants, so that a hook is
 * inlined into its caller; assigning them gives a dictionary, and every call of a hook two lookups.
 */
function domainHooks(name: DomainName, emitter: Emitter): Record<string, (body: unknown) => void> {
  return Object.fromEntries(plansOf(name).map(([hook, plan]) => [hook, hookOf(emitter, plan)]));
}

function hookOf(emitter: Emitter, plan: EventPlan): (body: unknown) => void {
  const { channel } = plan;
  return (body) => {
    if (emitter.attached || channel.hasSubscribers) emitter.emit(plan, body);
  };
}

function cannotBe(problem: string): QuorumscopeError {
  return new QuorumscopeError('attach.hooks', 'configuration', `createHooks: ${problem}`);
}
