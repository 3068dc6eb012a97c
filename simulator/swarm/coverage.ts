/**
 * Which rules a swarm put to the test, and which branches of the protocol it went through. What was
 * never reached stays in the table with a zero: a check that never had a premise proves nothing.
 */
import type { RuleName } from '../checkers/violation.js';
import type { Block } from '../protocol/block.js';
import type { Observer, Rejection } from '../protocol/effects.js';
import type { RunTime, RunWatch } from '../report/run-watch.js';

const triggers = ['start', 'qc', 'tc', 'timer', 'dc', 'sync'] as const;
const rejections: readonly Rejection[] = [
  'below_lock',
  'duplicate',
  'future_view',
  'invalid_block',
  'invalid_certificate',
  'stale_epoch',
  'stale_view',
  'unknown_validator',
  'wrong_leader',
];

/** The branches that are counted, in the order in which they are shown. */
const branches = [
  ...triggers.map((trigger) => `view entered by ${trigger}`),
  'view timed out',
  'timer backed off',
  'leader proposed at once',
  'leader waited',
  'vote sent',
  'late vote',
  'certificate formed',
  'double certificate formed',
  'timeout certificate formed',
  'lock raised',
  'fork pruned',
  'several blocks committed at once',
  'catch-up started',
  'catch-up completed',
  'process restarted',
  'epoch entered',
  'epoch entered after a failed view',
  ...rejections.map((reason) => `refused: ${reason}`),
] as const;

/** The branch whose count is how often a rule had something to judge. */
const premises: Readonly<Partial<Record<RuleName, string>>> = {
  S1: 'block committed',
  S2: 'certificate formed',
  S3: 'certificate formed',
  S4: 'vote sent',
  S5: 'lock raised',
  S6: 'vote sent',
  S7: 'view entered',
  S8: 'block committed',
  S9: 'block committed',
  S10: 'proposal sent',
  S11: 'block committed',
  S12: 'proposal sent',
  S13: 'block committed',
  L1: 'view entered',
  L2: 'view entered by tc',
  L3: 'block committed',
  L4: 'view entered by qc',
  L5: 'leader waited',
};

/** How often something was reached. */
export interface Reached {
  readonly name: string;
  readonly times: number;
}

/** Counts over any number of runs. */
export class Coverage implements RunWatch {
  readonly #counts = new Map<string, number>();
  readonly #started = new Set<number>();
  #lastCommit = { validator: -1, atUs: -1 };

  /** Branches of the protocol, every one that is known. */
  branches(): Reached[] {
    return branches.map((name) => ({ name, times: this.#times(name) }));
  }

  /** Rules of the checkers, with how often their premise occurred. */
  rules(): Reached[] {
    return Object.entries(premises).map(([name, premise]) => ({ name, times: this.#times(premise) }));
  }

  /** A new run begins. */
  begin(): void {
    this.#started.clear();
    this.#lastCommit = { validator: -1, atUs: -1 };
  }

  observer(validator: number): Partial<Observer> {
    if (this.#started.has(validator)) this.#add('process restarted');
    this.#started.add(validator);
    const add = (name: string): void => this.#add(name);
    const refused = (reason: Rejection): void => add(`refused: ${reason}`);
    return {
      epochEntered: (_set, { root, view }) => {
        add('epoch entered');
        if (view > root.view + 3) add('epoch entered after a failed view');
      },
      viewEntered: (_view, trigger) => {
        add('view entered');
        add(`view entered by ${trigger}`);
      },
      viewTimedOut: (_view, _leader, _timeoutUs, consecutive) =>
        add(consecutive > 1 ? 'timer backed off' : 'view timed out'),
      leaderWaited: (_view, path) => add(path === 'waited' ? 'leader waited' : 'leader proposed at once'),
      proposalSent: () => add('proposal sent'),
      proposalRejected: (_block, _from, reason) => refused(reason),
      voteSent: () => add('vote sent'),
      voteReceived: (_vote, _from, late) => (late ? add('late vote') : undefined),
      voteRejected: (_vote, _from, reason) => refused(reason),
      qcFormed: () => add('certificate formed'),
      dcFormed: () => add('double certificate formed'),
      certificateRejected: (_kind, _view, _from, reason) =>
        refused(reason === 'stale_epoch' ? reason : 'invalid_certificate'),
      lockUpdated: () => add('lock raised'),
      tcFormed: () => add('timeout certificate formed'),
      blockPruned: () => add('fork pruned'),
      syncStarted: () => add('catch-up started'),
      syncCompleted: () => add('catch-up completed'),
    };
  }

  committed(validator: number, _block: Block, { nowUs }: RunTime): void {
    this.#add('block committed');
    const last = this.#lastCommit;
    if (last.validator === validator && last.atUs === nowUs) this.#add('several blocks committed at once');
    this.#lastCommit = { validator, atUs: nowUs };
  }

  /** Counts anything else, such as an ingredient. */
  #add(name: string): void {
    this.#counts.set(name, this.#times(name) + 1);
  }

  #times(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
}
