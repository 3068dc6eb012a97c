/**
 * One demo: a sidecar in this process, a simulated network in another, and what happens with them. Front ends hear of
 * every happening and may inject faults; if nobody does, the demo crashes one validator by itself and heals it later.
 */
import { Ring } from '../../base/ring.js';
import type { Config } from '../../config/sections.js';
import type { Sidecar } from '../../sidecar.js';
import type { ControlLine } from '../simulate-control.js';
import { Findings, conditionOf } from './findings.js';
import type { FaultCommand } from './keys.js';
import { NetworkProcess } from './network-process.js';
import type { NetworkWatch } from './network-watch.js';
import { cellOf } from './ribbon.js';
import type { OneNode } from './one-node.js';
import type { Eyes, Happening, ScreenState } from './screen.js';

/** What a session is made of. */
export interface SessionOptions {
  readonly sidecar: Sidecar;
  readonly watch: NetworkWatch;
  /** The second pipeline, fed by one node only. */
  readonly one: OneNode;
  readonly config: Config;
  readonly nowUs: () => number;
  /** How to start this program again. */
  readonly self: readonly string[];
  readonly onHappening: (happening: Happening) => void;
}

const VALIDATORS = 4;
/** After the first commit, when nobody injects anything. */
const CRASH_AFTER_US = 8_000_000;
const HEAL_AFTER_US = 12_000_000;
const CRASHED_BY_ITSELF = 2;
const SLOW_BY = '250ms';
const KEPT_HAPPENINGS = 200;

/** A running demo. */
export class Session {
  readonly network: NetworkProcess;
  readonly #options: SessionOptions;
  readonly #startedUs: number;
  readonly #findings: Findings;
  readonly #happenings = new Ring<Happening>(KEPT_HAPPENINGS);
  /** What is true of a validator, by id; absent while nothing is wrong. */
  readonly #truth = new Map<string, 'crashed' | 'slow'>();
  #phase: 'attaching' | 'committing' | 'running' | 'crashed' | 'over' = 'attaching';
  #crashedUs = 0;
  #eyes: Eyes = 'all';

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#startedUs = options.nowUs();
    this.#findings = new Findings(options.watch);
    const words = [
      'simulate',
      '--control',
      '--speed',
      'realtime',
      '--attach',
      options.sidecar.addresses.socket!,
    ];
    const network = [
      '--validators',
      String(VALIDATORS),
      '--delay',
      '40ms',
      '--timeout',
      '600ms',
      '--machines',
      'modelled',
      '--transactions',
      '50',
    ];
    this.network = new NetworkProcess(options.self, [...words, ...network], (line) => this.#hear(line));
  }

  /** Positions of validators that suffer, oldest first. */
  get faulty(): number[] {
    const ids = this.#ids();
    return [...this.#truth.keys()].map((id) => ids.indexOf(id)).filter((position) => position >= 0);
  }

  get validators(): number {
    return VALIDATORS;
  }

  /** Injects a fault because a person asked for it: the demo then leaves the network to that person. */
  inject(fault: FaultCommand, position: number): void {
    this.#phase = 'over';
    this.#command(fault, position);
  }

  /** Looks at what has changed; called a few times a second. */
  tick(): void {
    const nowUs = this.#options.nowUs();
    const { watch, one, sidecar } = this.#options;
    const nodes = sidecar.status().chains.flatMap((chain) => chain.nodes);
    one.follow(nodes.some(({ node, connected }) => node === one.node && connected));
    for (const sentence of this.#findings.update(nowUs)) this.#say('sidecar', sentence);
    if (this.#phase === 'attaching' && watch.validatorOf.size >= VALIDATORS) {
      this.#phase = 'committing';
      this.#say(
        'sidecar',
        `${watch.validatorOf.size} nodes are attached: ${[...watch.validatorOf.keys()].join(', ')}`,
      );
    }
    if (this.#phase === 'committing' && watch.firstCommitUs !== undefined) {
      this.#phase = 'running';
      this.#say('sidecar', `first commits, height ${watch.height}`);
    }
    if (this.#phase === 'running' && nowUs - watch.firstCommitUs! > CRASH_AFTER_US) {
      this.#phase = 'crashed';
      this.#crashedUs = nowUs;
      this.#command('crash', CRASHED_BY_ITSELF);
    }
    if (this.#phase === 'crashed' && nowUs - this.#crashedUs > HEAL_AFTER_US) {
      this.#phase = 'over';
      this.#command('heal', CRASHED_BY_ITSELF);
    }
  }

  /** What a screen of this width shows. */
  state(width: number, selected: number | undefined): ScreenState {
    const nowUs = this.#options.nowUs();
    const { sidecar, one } = this.#options;
    const watch = this.#eyes === 'one' ? one.watch : this.#options.watch;
    const views = watch.views.last(width);
    const scale = { highest: watch.views.highest, quorum: watch.quorum, lateAfterUs: watch.lateAfterUs };
    const { http, socket } = sidecar.addresses;
    return {
      elapsedSeconds: (nowUs - this.#startedUs) / 1e6,
      addresses: [
        ['metrics', `${http}/metrics`],
        ['contents', `${http}/`],
        ['events', socket ?? ''],
      ],
      height: watch.height,
      view: watch.views.highest,
      commitAgeSeconds: watch.lastCommitUs === undefined ? undefined : (nowUs - watch.lastCommitUs) / 1e6,
      failedViews: watch.failedViews,
      up: this.#upCount(watch, nowUs),
      quorum: watch.quorum,
      rows: [...watch.validators.values()].map((validator) => ({
        name: validator.name,
        sidecar: conditionOf(validator, watch, nowUs),
        truth: this.#truth.get(validator.id) ?? 'up',
        cells: views.map((facts) => cellOf(facts, validator.id, scale)),
      })),
      selected,
      happenings: [...this.#happenings].filter(({ eyes = this.#eyes }) => eyes === this.#eyes),
      onlyNode: this.#eyes === 'one' ? one.node : undefined,
    };
  }

  /** Ends the network, then the sidecar. */
  async stop(): Promise<void> {
    await this.network.stop();
    await this.#options.sidecar.stop();
    await this.#options.one.stop();
  }

  /** Looks through one node, or through all again. */
  changeEyes(): void {
    if (this.#eyes === 'all' && this.#options.one.node === undefined) return;
    this.#eyes = this.#eyes === 'all' ? 'one' : 'all';
  }

  /** A sidecar has reached its last word on a view that failed or lagged. */
  judged(sentence: string, eyes: Eyes): void {
    this.#say('sidecar', sentence, eyes);
  }

  /** Tells the front end something of the demo's own. */
  note(text: string): void {
    this.#say('demo', text);
  }

  #ids(): string[] {
    return [...this.#options.watch.validators.keys()];
  }

  #command(fault: FaultCommand, position: number): void {
    const validator = this.#ids()[position];
    if (validator !== undefined)
      this.network.command(`${fault} ${validator}${fault === 'slow' ? ` ${SLOW_BY}` : ''}`);
  }

  #hear(line: ControlLine): void {
    if (line.type === 'problem') this.#say('demo', `the simulator says: ${line.message}`);
    if (line.type !== 'fault') return;
    const name = this.#options.watch.validators.get(line.validator)?.name ?? line.validator;
    if (line.phase === 'end') {
      this.#truth.delete(line.validator);
      return this.#say('truth', `${name} is healed`);
    }
    const state = line.fault === 'crash' ? 'crashed' : 'slow';
    this.#truth.set(line.validator, state);
    this.#say('truth', state === 'crashed' ? `${name} crashed` : `${name} became slow by ${SLOW_BY}`);
  }

  #upCount(watch: NetworkWatch, nowUs: number): number {
    if (watch === this.#options.watch) return this.#findings.upCount(nowUs);
    return new Findings(watch).upCount(nowUs);
  }

  #say(who: Happening['who'], text: string, eyes?: Eyes): void {
    const atSeconds = (this.#options.nowUs() - this.#startedUs) / 1e6;
    const happening: Happening = { atSeconds, who, text, ...(eyes === undefined ? {} : { eyes }) };
    this.#happenings.overwrite(happening);
    this.#options.onHappening(happening);
  }
}
