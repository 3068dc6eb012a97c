/**
 * Stands between the intake and the domains and lets patterns hear events on their way: each event type that a pattern names
 * leads to its matchers by one look-up in a table, and what nobody names costs that look-up alone. Events are passed on
 * whatever happens here.
 *
 * Time is the clock's that the data follows: of a recording the stream's own, so that the same recording gives the same.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { schemas } from '../../events/vocabulary.js';
import { ownFacts } from './facts.js';
import type { FactFields } from './pattern.js';
import type { PatternMatcher, Speaker } from './pattern-matcher.js';

/** A pattern that is watched, and what to say when it matches. */
export interface Watched {
  readonly matcher: PatternMatcher;
  /** The rule that it belongs to. */
  readonly key: string;
}

/** A node's `hello`, as far as it matters here. */
interface Hello {
  readonly chain: string;
  readonly node: string;
  readonly run: string;
  readonly validator?: string | undefined;
}

/** What listens to one node: the port of the intake, of which this room needs so much. */
export interface NodePort<H extends Hello, E, D extends string> {
  hello(hello: H): void;
  dispatch(index: number, event: E): void;
  gap(domain: D, missing: number): void;
  detach(): void;
}

/** What opens such listeners. */
export interface DispatchPort<H extends Hello, E, D extends string> {
  attach(hello: H): NodePort<H, E, D>;
}

/** A finding, as far as it matters here. */
export interface FoundFact {
  readonly chain: string;
  readonly class: string;
  readonly kind: string;
  readonly validators: readonly string[];
  readonly view: number | undefined;
  readonly height: number | undefined;
  readonly source: string;
}

/** A verdict, as far as it matters here. */
export interface VerdictFact {
  readonly chain: string;
  readonly view: number;
  readonly outcome: string;
  readonly cause: string | undefined;
  readonly scope: string;
  readonly leader: string | undefined;
  readonly culprits: readonly string[];
  readonly revision: number;
}

/** What it is made of. */
export interface PatternWatchOptions {
  readonly clock: Pick<Clock, 'nowUs'>;
  readonly logger: Logger;
  /** The name that the metrics show for a validator's id. */
  readonly nameOf: (chain: string, validator: string) => string;
  /** A pattern of this rule holds that did not before. */
  readonly matched: (key: string) => void;
}

interface Hearing extends Watched {
  /** Ascending. */
  readonly steps: readonly number[];
}

/** Last runs of nodes that are remembered, so that a new one is known from one that comes back. */
const MOST_NODES = 10_000;

/** Lets patterns hear. */
export class PatternWatch {
  readonly #options: PatternWatchOptions;
  #all: readonly Watched[] = [];
  #byType = new Map<string, readonly Hearing[]>();
  /** By event index; undefined where nobody listens. */
  #byIndex: (readonly Hearing[] | undefined)[] = schemas.map(() => undefined);
  readonly #runs = new Map<string, Pick<Hello, 'chain' | 'run' | 'validator'>>();
  #hasFailed = false;

  constructor(options: PatternWatchOptions) {
    this.#options = options;
  }

  /** From now on these are watched, and no others. */
  watch(all: readonly Watched[]): void {
    this.#all = all;
    const byType = new Map<string, Hearing[]>();
    for (const { matcher, key } of all) {
      const types = new Set(matcher.pattern.steps.map(({ event }) => event));
      for (const type of types) {
        const steps = matcher.pattern.steps.flatMap(({ event }, i) => (event === type ? [i] : []));
        byType.set(type, [...(byType.get(type) ?? []), { matcher, key, steps }]);
      }
    }
    this.#byType = byType;
    this.#byIndex = schemas.map(({ type }) => byType.get(type));
  }

  /** `inner`, with patterns listening. */
  dispatching<H extends Hello, E, D extends string>(inner: DispatchPort<H, E, D>): DispatchPort<H, E, D> {
    return {
      attach: (hello) => {
        const { chain, node } = hello;
        const speaker = this.#speaker(chain, node);
        const port = inner.attach(hello);
        this.#attached(speaker, hello);
        return {
          hello: (again) => {
            port.hello(again);
            this.#attached(speaker, again);
          },
          dispatch: (index, event) => {
            const hearings = this.#byIndex[index];
            // Before it is counted: what follows from an event is told after the event.
            if (hearings !== undefined) this.#hear(hearings, speaker, event as FactFields);
            port.dispatch(index, event);
          },
          gap: (domain, missing) => {
            port.gap(domain, missing);
            this.lost(chain, node, domain);
          },
          detach: () => {
            port.detach();
            this.lost(chain, node, undefined);
            this.tell(ownFacts.detached, chain, node, {});
          },
        };
      },
    };
  }

  finding({ chain, validators, class: name, kind, view, height, source }: FoundFact): void {
    const fields = { class: name, kind, view, height, source };
    for (const validator of validators.length > 0 ? validators : [undefined])
      this.tell(ownFacts.finding, chain, undefined, { ...fields, validator });
  }

  verdict({ chain, culprits, view, outcome, cause, scope, leader, revision }: VerdictFact): void {
    if (revision > 0) return;
    if (!this.#byType.has(ownFacts.verdict)) return;
    const fields = { view, outcome, cause, scope, leader };
    for (const culprit of culprits.length > 0 ? culprits : [undefined]) {
      const own = culprit === undefined ? undefined : this.#isOwn(chain, culprit);
      this.tell(ownFacts.verdict, chain, undefined, { ...fields, culprit, own });
    }
  }

  /** An event of this type. Never throws. */
  tell(type: string, chain: string, node: string | undefined, fields: FactFields): void {
    const hearings = this.#byType.get(type);
    if (hearings !== undefined) this.#hear(hearings, this.#speaker(chain, node), fields);
  }

  /** Events of a domain of a node were lost, or with no domain the node itself. */
  lost(chain: string, node: string, domain: string | undefined): void {
    for (const { matcher } of this.#all) matcher.lost(chain, node, domain);
  }

  #speaker(chain: string, node: string | undefined): Speaker {
    return { chain, node, name: (validator) => this.#options.nameOf(chain, validator) };
  }

  /** Also while its node is away: who is down is still one's own. */
  #isOwn(chain: string, validator: string): boolean {
    for (const one of this.#runs.values())
      if (one.validator === validator && one.chain === chain) return true;
    return false;
  }

  #attached({ chain, node }: Speaker, { run, validator }: Hello): void {
    const id = `${chain}\0${node}`;
    const isNew = this.#runs.get(id)?.run !== run;
    this.#runs.delete(id);
    if (this.#runs.size >= MOST_NODES) this.#runs.delete(this.#runs.keys().next().value!);
    this.#runs.set(id, { chain, run, validator });
    this.tell(ownFacts.attached, chain, node, { run, new_run: isNew });
  }

  #hear(hearings: readonly Hearing[], speaker: Speaker, fields: FactFields): void {
    const nowUs = this.#options.clock.nowUs();
    for (const { matcher, key, steps } of hearings) {
      try {
        if (matcher.hear(steps, speaker, fields, nowUs)) this.#options.matched(key);
      } catch (error) {
        // A defect of ours must not keep events from being counted; said once.
        if (!this.#hasFailed) this.#options.logger.error('a pattern could not take an event', { error });
        this.#hasFailed = true;
      }
    }
  }
}
