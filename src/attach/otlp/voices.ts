/**
 * Who speaks by OTLP: every resource that was heard of, by the node, the chain and the start of the process that it names. A
 * process that began anew is another voice of the same node. Those long silent are let go; memory is bounded.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { OpenLosslessFeed } from '../feed.js';
import type { NodeFacts } from '../logs/teller.js';
import type { OtlpMapping } from './mapping.js';
import { attributeOf } from './record.js';
import type { Resource } from './requests.js';
import { StatedEvents } from './stated.js';
import type { Rejection } from './tally.js';
import { OTLP_DOOR, Voice } from './voice.js';

/** What the configuration says of who speaks. */
export interface Naming {
  /** Everything is of this node; undefined takes what the resource says. */
  readonly node: string | undefined;
  /** Other names for nodes. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Of resources that name none. */
  readonly chain: string | undefined;
}

/** What voices need of the house. */
export interface VoicesOptions {
  readonly mapping: OtlpMapping;
  readonly naming: Naming;
  readonly clock: Clock;
  readonly openFeed: OpenLosslessFeed;
  /** Nothing is shown as current that was not heard of for so long. */
  readonly staleUs: number;
  readonly onReset: () => void;
}

/** The most resources at a time. */
const MOST_VOICES = 1_000;
/** How often silence is looked for, within the time that makes stale. */
const SWEEPS = 4;

/** All resources. */
export class Voices {
  readonly stated: StatedEvents | undefined;
  readonly #options: VoicesOptions;
  readonly #voices = new Map<string, Voice>();
  /** Who speaks for a node now. */
  readonly #current = new Map<string, Voice>();
  readonly #timer: Timer;
  #opened = 0;
  /** Resources of one request are often one object per library. */
  #last: { readonly resource: string; readonly voice: Voice } | undefined;

  constructor(options: VoicesOptions) {
    this.#options = options;
    const { mapping, clock, staleUs } = options;
    this.stated = mapping.stated ? new StatedEvents(mapping.stated) : undefined;
    this.#timer = clock.every(staleUs / SWEEPS, () => void this.#sweep());
  }

  get size(): number {
    return this.#voices.size;
  }

  /** Who a resource is, or why it is nobody. */
  of(resource: Resource): Voice | readonly [Rejection, string] {
    const facts = this.#factsOf(resource);
    if ('problem' in facts) return facts.problem;
    const key = JSON.stringify([facts.chain, facts.node, this.#startOf(resource)]);
    if (this.#last?.resource === key) return this.#last.voice;
    const voice = this.#voices.get(key) ?? this.#open(key, facts, softwareOf(resource));
    if (voice === undefined) return ['too_many_resources', `found more than ${MOST_VOICES} resources`];
    this.#takeOver(facts, voice);
    this.#last = { resource: key, voice };
    return voice;
  }

  /** Lets everybody go. */
  async close(): Promise<void> {
    this.#timer.stop();
    await Promise.all([...this.#voices.values()].map((voice) => voice.letGo()));
    this.#voices.clear();
    this.#current.clear();
  }

  #open(key: string, facts: NodeFacts, software: string): Voice | undefined {
    if (this.#voices.size >= MOST_VOICES && !this.#forgetOne()) return undefined;
    const { mapping, clock, openFeed, onReset } = this.#options;
    const voice = new Voice({
      facts,
      software,
      mapping,
      stated: this.stated,
      openFeed,
      // A run of its own even where two begin at one moment.
      runs: `${OTLP_DOOR}-${clock.nowUs()}-${++this.#opened}`,
      nowUs: () => clock.nowUs(),
      onReset,
    });
    voice.heardUs = clock.nowUs();
    this.#voices.set(key, voice);
    return voice;
  }

  /** A process that began anew ends what the one before it said: what stood there is not current any more. */
  #takeOver({ chain, node }: NodeFacts, voice: Voice): void {
    const key = JSON.stringify([chain, node]);
    const before = this.#current.get(key);
    if (before === voice) return;
    this.#current.set(key, voice);
    void before?.letGo();
  }

  /** Forgets one that has been silent for long enough to have been let go. */
  #forgetOne(): boolean {
    const beforeUs = this.#options.clock.nowUs() - this.#options.staleUs;
    for (const [key, voice] of this.#voices) {
      if (voice.heardUs > beforeUs) continue;
      void voice.letGo();
      for (const [node, current] of this.#current) if (current === voice) this.#current.delete(node);
      return this.#voices.delete(key);
    }
    return false;
  }

  async #sweep(): Promise<void> {
    const beforeUs = this.#options.clock.nowUs() - this.#options.staleUs;
    for (const voice of [...this.#voices.values()]) {
      if (voice.heardUs < beforeUs) await voice.letGo();
      else voice.sweep(beforeUs);
    }
  }

  /** What names a start of the process; nothing where the resource says nothing of it. */
  #startOf({ attributes }: Resource): readonly unknown[] {
    return this.#options.mapping.resource.run.map((name) => attributeOf(attributes, name) ?? null);
  }

  #factsOf({ attributes }: Resource): NodeFacts | { readonly problem: readonly [Rejection, string] } {
    const { naming, mapping } = this.#options;
    const { resource } = mapping;
    const first = (names: readonly string[]): string | undefined => {
      for (const name of names) {
        const value = attributeOf(attributes, name);
        if (value !== undefined && value !== '') return String(value).slice(0, 256);
      }
      return undefined;
    };
    const said = naming.node ?? first(resource.node);
    if (said === undefined)
      return { problem: ['no_node', `found none of ${resource.node.join(', ')} in the resource`] };
    const chain = first(resource.chain) ?? naming.chain;
    if (chain === undefined)
      return {
        problem: ['no_chain', `found none of ${resource.chain.join(', ')} in the resource, and no chain.id`],
      };
    const node = Object.hasOwn(naming.nodes, said) ? naming.nodes[said]! : said;
    const validator = first(resource.validator);
    return {
      chain,
      node,
      ...(validator === undefined ? {} : { validator }),
    };
  }
}

function softwareOf({ attributes }: Resource): string {
  const parts = ['service.name', 'service.version'].map((name) => attributeOf(attributes, name));
  const said = parts.filter((part) => part !== undefined && part !== '').join(' ');
  return said === '' ? 'OpenTelemetry' : said.slice(0, 1_000);
}
