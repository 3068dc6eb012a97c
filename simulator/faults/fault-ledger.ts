/**
 * Carries faults out and keeps the truth about them: which validator suffers from what, when it began,
 * when it ended. A fault that changes nothing (crashing a dead process) is no fault and is not told.
 *
 * Invariant: for every `begin` there is at most one `end` with the same fault and validator, later.
 */
import { Code, type RunDigest } from '../core/digest.js';
import type { EventQueue } from '../core/event-queue.js';
import { Happening } from '../core/happenings.js';
import type { Network } from '../network/network.js';
import type { Names } from '../node/names.js';
import type { Committee } from '../protocol/committee.js';
import { validatorIndex, type Fault, type FaultChange, type FaultKind, type TruthLine } from './fault.js';

/** What faults are done to. */
interface FaultWorld {
  readonly nowUs: number;
  readonly startUs: number;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly digest: RunDigest;
  readonly names: Names;
  readonly committee: Committee;
  startNode(index: number): void;
  crashNode(index: number): void;
  faultsChanged(faulty: number): void;
}

const faultCodes: Readonly<Record<FaultKind, number>> = { crash: 0, slow: 1 };

/** All faults of a run. */
export class FaultLedger {
  readonly #world: FaultWorld;
  readonly #truth: ((line: TruthLine) => void) | undefined;
  readonly #crashed = new Set<number>();
  readonly #slow = new Set<number>();

  constructor(world: FaultWorld, truth: ((line: TruthLine) => void) | undefined) {
    this.#world = world;
    this.#truth = truth;
  }

  /** Whether a validator's process is down by a fault. */
  isDown(validator: number): boolean {
    return this.#crashed.has(validator);
  }

  /** Schedules `fault`, at its own time but not before `nowUs`. Its validator is known to exist. */
  schedule(fault: Fault, nowUs: number): void {
    const validator = validatorIndex(fault.validator, this.#world.committee.size);
    if (validator === undefined) return;
    const change: FaultChange = {
      kind: fault.kind,
      validator,
      delayUs: fault.kind === 'slow' ? fault.delayUs : 0,
      durationUs: fault.kind === 'heal' ? undefined : fault.durationUs,
    };
    const atUs = Math.max(nowUs, fault.atUs ?? nowUs);
    this.#world.queue.push(atUs, Happening.fault, validator, 0, 0, change);
  }

  /** A fault falls due. */
  apply(change: FaultChange): void {
    const { validator, kind } = change;
    if (kind === 'heal') {
      this.#endCrash(validator);
      this.#endSlow(validator);
    } else if (kind === 'crash') this.#beginCrash(validator);
    else this.#beginSlow(validator, change.delayUs);
    if (change.durationUs !== undefined) {
      const heal: FaultChange = { kind: 'heal', validator, delayUs: 0, durationUs: undefined };
      const atUs = this.#world.nowUs + change.durationUs;
      this.#world.queue.push(atUs, Happening.fault, validator, 0, 0, heal);
    }
  }

  /** The run is over, and with it every fault. */
  end(): void {
    for (const validator of this.#crashed) this.#tell('crash', validator, 'end');
    for (const validator of this.#slow) this.#tell('slow', validator, 'end');
    this.#crashed.clear();
    this.#slow.clear();
  }

  #beginCrash(validator: number): void {
    if (this.#crashed.has(validator)) return;
    this.#crashed.add(validator);
    this.#world.crashNode(validator);
    this.#changed('crash', validator, 'begin', 0);
  }

  #endCrash(validator: number): void {
    if (!this.#crashed.delete(validator)) return;
    this.#world.startNode(validator);
    this.#changed('crash', validator, 'end', 0);
  }

  #beginSlow(validator: number, delayUs: number): void {
    this.#world.network.slowDown(validator, delayUs);
    if (this.#slow.has(validator)) return;
    this.#slow.add(validator);
    this.#changed('slow', validator, 'begin', delayUs);
  }

  #endSlow(validator: number): void {
    this.#world.network.slowDown(validator, 0);
    if (!this.#slow.delete(validator)) return;
    this.#changed('slow', validator, 'end', 0);
  }

  #changed(fault: FaultKind, validator: number, phase: TruthLine['phase'], delayUs: number): void {
    const { digest, nowUs } = this.#world;
    digest.record(Code.fault, nowUs, validator, faultCodes[fault], phase === 'begin' ? 1 : 0, delayUs);
    this.#tell(fault, validator, phase);
    this.#world.faultsChanged(new Set([...this.#crashed, ...this.#slow]).size);
  }

  #tell(fault: FaultKind, validator: number, phase: TruthLine['phase']): void {
    const { startUs, nowUs, names } = this.#world;
    this.#truth?.({ at_us: startUs + nowUs, fault, validator: names.validator(validator), phase });
  }
}
