/**
 * Gathers what a report draws, in bounded memory however long the run: the ribbon of views, blocks and
 * timeouts over time, and the spans of faults. It only listens.
 */
import type { FaultLine } from '../truth/truth-line.js';
import type { Block } from '../protocol/block.js';
import type { Observer } from '../protocol/effects.js';
import { Kind } from '../protocol/messages.js';
import { DoublingSeries } from './doubling-series.js';
import type { RunTime, RunWatch } from './run-watch.js';
import { ViewRibbon } from './view-ribbon.js';

const TIME_BUCKETS = 200;
const FIRST_BUCKET_US = 1_000;
const FAULTS_KEPT = 1_000;

/** Counters of `activity`. */
export const Activity = { committed: 0, timedOut: 1 } as const;

/** One fault from begin to end. */
export interface FaultSpan {
  readonly fault: string;
  readonly validator: string;
  /** Virtual time from the start of the run. */
  readonly fromUs: number;
  toUs: number | undefined;
}

/** The material of a report. */
export class RunPictures implements RunWatch {
  readonly ribbon: ViewRibbon;
  readonly activity = new DoublingSeries(TIME_BUCKETS, FIRST_BUCKET_US, 2);
  readonly faults: FaultSpan[] = [];
  /** Faults beyond those kept. */
  faultsLeftOut = 0;
  readonly #startUs: number;
  #height = 0;
  #timedOutView = 0;

  /** @param startUs wall time of virtual time 0, as the truth tells its times */
  constructor(validators: number, startUs: number) {
    this.ribbon = new ViewRibbon(validators);
    this.#startUs = startUs;
  }

  observer(validator: number, time: RunTime): Partial<Observer> {
    const { ribbon } = this;
    return {
      viewEntered: (view, _trigger, leader) => ribbon.entered(view, leader),
      viewTimedOut: (view) => {
        ribbon.timedOut(view);
        if (view <= this.#timedOutView) return;
        this.#timedOutView = view;
        this.activity.add(time.nowUs, Activity.timedOut);
      },
      voteSent: (block) => ribbon.voted(block.view, validator),
      voteReceived: (vote, from) => {
        // Second votes come after the certificate by their nature.
        if (vote.kind === Kind.vote1) ribbon.voteArrived(vote.view, from, time.nowUs);
      },
      qcFormed: (qc) => ribbon.certified(qc.view, time.nowUs),
    };
  }

  committed(_validator: number, block: Block, time: RunTime): void {
    if (block.height <= this.#height) return;
    this.#height = block.height;
    this.ribbon.committed(block.view);
    this.activity.add(time.nowUs, Activity.committed);
  }

  /** Hears the truth about faults. */
  truth({ at_us, fault, validator, phase }: FaultLine): void {
    const atUs = at_us - this.#startUs;
    if (phase === 'end') {
      const open = this.faults.find(
        (span) => span.fault === fault && span.validator === validator && span.toUs === undefined,
      );
      if (open !== undefined) open.toUs = atUs;
    } else if (this.faults.length < FAULTS_KEPT)
      this.faults.push({ fault, validator, fromUs: atUs, toUs: undefined });
    else this.faultsLeftOut++;
  }
}
