/**
 * Behind every hook: counts, samples and stamps an event and hands it to the taps of its hooks object and
 * to the event's diagnostics channel. While nobody listens the hooks do not even call it.
 *
 * Nothing thrown ever crosses `emit`: not by a body, a clock or a tap.
 */
import { domainNames, type DomainName } from '../../events/vocabulary.js';
import type { EventPlan } from './event-plan.js';
import type { EventTap, TapOrigin } from './event-tap.js';
import { factsOf, type HelloFacts, type HelloUpdate, type HookIdentity } from './hello.js';
import type { Stamper } from './hook-clock.js';
import { Sampler } from './sampler.js';

/** What a subscriber of a channel `quorumscope:<type>` gets. The body is the caller's: read it, keep nothing. */
export interface HookMessage {
  /** Whose event it is: the same object for all events of one hooks object. */
  readonly identity: HookIdentity;
  readonly type: string;
  readonly ts_us: number;
  readonly mono_us: number;
  readonly seq: number;
  readonly weight: number | undefined;
  readonly body: unknown;
}

/** What became of the events of a hooks object. */
export interface HookStats {
  /** Events that took a `seq`: stated while anybody listened, and not sampled away. */
  readonly emitted: Readonly<Record<DomainName, number>>;
  /** Of these, lost on the way by any tap, for whatever reason. */
  readonly dropped: Readonly<Record<DomainName, number>>;
  /** Of these, lost because they could not be encoded; updates of `hello` that were refused are added. */
  readonly invalid: number;
}

export class Emitter {
  /** Whether a tap listens. Read by every hook call: a plain field. */
  attached = false;
  readonly identity: HookIdentity;
  /** Grows when metric declarations are due again. */
  declarations = 0;
  readonly #stamper: Stamper;
  readonly #rate: number;
  readonly #weight: number;
  readonly #samplers = new Map<EventPlan, Sampler>();
  readonly #next: number[] = domainNames.map(() => 0);
  #taps: readonly EventTap[] = [];
  readonly #detached: EventTap[] = [];
  #facts: HelloFacts;
  #refusedUpdates = 0;

  constructor(identity: HookIdentity, facts: HelloFacts, stamper: Stamper, samplingRate: number) {
    this.identity = identity;
    this.#facts = facts;
    this.#stamper = stamper;
    this.#rate = samplingRate;
    this.#weight = 1 / samplingRate;
  }

  emit(plan: EventPlan, body: unknown): void {
    try {
      const isSampled = this.#rate < 1 && plan.sampled;
      if (isSampled && !this.#samplerOf(plan).keep()) return;
      const seq = this.#next[plan.domain]!++;
      const taps = this.#taps;
      const { channel } = plan;
      if (!channel.hasSubscribers && isFull(taps, plan)) return;
      if (typeof body !== 'object' || body === null || !this.#stamper.stamp()) {
        for (const tap of taps) tap.refuse(plan.domain, 'invalid');
        return;
      }
      const { tsUs, monoUs } = this.#stamper;
      const weight = isSampled ? this.#weight : undefined;
      for (const tap of taps) {
        tap.accept(plan, tsUs, monoUs, seq, weight, body as Record<string, unknown>);
      }
      if (channel.hasSubscribers) {
        const message: HookMessage = {
          identity: this.identity,
          type: plan.type,
          ts_us: tsUs,
          mono_us: monoUs,
          seq,
          weight,
          body,
        };
        channel.publish(message);
      }
    } catch {
      // Only a full call stack gets here: the taps have accounted for what they saw.
    }
  }

  /** States new facts. What the schema of `hello` refuses is counted and changes nothing. */
  restate(update: HelloUpdate): void {
    try {
      const facts = factsOf(this.identity, update, this.#facts);
      if (typeof facts !== 'string') {
        this.#facts = facts;
        for (const tap of this.#taps) tap.restate(facts);
        return;
      }
    } catch {
      // Counted below, like every update that cannot be read.
    }
    this.#refusedUpdates++;
  }

  /** @returns stops the tap; its losses stay counted */
  attach(open: (origin: TapOrigin) => EventTap): () => void {
    const tap = open({
      identity: this.identity,
      facts: this.#facts,
      nextSeq: [...this.#next],
      stamper: this.#stamper,
      redeclare: () => this.declarations++,
    });
    this.#taps = [...this.#taps, tap];
    this.declarations++;
    this.attached = true;
    return () => {
      if (!this.#taps.includes(tap)) return;
      this.#taps = this.#taps.filter((other) => other !== tap);
      this.#detached.push(tap);
      this.attached = this.#taps.length > 0;
    };
  }

  stats(): HookStats {
    const taps = [...this.#taps, ...this.#detached];
    return {
      emitted: byDomain((domain) => this.#next[domain]!),
      dropped: byDomain((domain) => taps.reduce((sum, tap) => sum + tap.lost()[domain]!, 0)),
      invalid: taps.reduce((sum, tap) => sum + total(tap.lost('invalid')), this.#refusedUpdates),
    };
  }

  #samplerOf(plan: EventPlan): Sampler {
    let sampler = this.#samplers.get(plan);
    if (sampler === undefined) {
      sampler = new Sampler(this.#rate, plan.index);
      this.#samplers.set(plan, sampler);
    }
    return sampler;
  }
}

/** Drops the event at once where no tap has room: a stalled sidecar must not cost the node a stamp. */
function isFull(taps: readonly EventTap[], { rank, domain }: EventPlan): boolean {
  for (const tap of taps) if (tap.hasRoom(rank)) return false;
  for (const tap of taps) tap.refuse(domain, 'full');
  return true;
}

/** A number for each domain, by name; `count` takes the position in `domainNames`. */
export function byDomain(count: (domain: number) => number): Record<DomainName, number> {
  return Object.fromEntries(domainNames.map((name, i) => [name, count(i)])) as Record<DomainName, number>;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
