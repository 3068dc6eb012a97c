/**
 * How far a network has come in its epochs, for the judges: they hear of every validator that goes on, and
 * that other limits hold once enough of the new set have. Where the set never changes there is none.
 */
import type { Committee } from '../protocol/committee.js';
import type { EpochSchedule } from '../protocol/epoch.js';
import type { LeaderWaitChecker } from './leader-wait-checker.js';
import type { LivenessChecker } from './liveness-checker.js';
import type { CommitsDue } from './liveness-limits.js';
import type { SafetyChecker } from './safety-checker.js';

/** Who is told. */
interface Judges {
  readonly safety: SafetyChecker;
  readonly leaderWait: LeaderWaitChecker | undefined;
  readonly liveness: LivenessChecker;
  /** When commits are due with a set. */
  readonly due: (committee: Committee) => CommitsDue;
}

/** The epochs of one run. */
export class EpochCourse {
  readonly #schedule: EpochSchedule;
  readonly #judges: Judges;
  #epoch = 0;
  /** The newest epoch of each validator. */
  readonly #reached = new Map<number, number>();

  constructor(schedule: EpochSchedule, judges: Judges) {
    this.#schedule = schedule;
    this.#judges = judges;
  }

  /** A process goes on in an epoch, or starts in it; twins, in slots above all, are not judged. */
  entered(atUs: number, slot: number, epoch: number, view: number): void {
    const { committee } = this.#schedule.of(epoch);
    if (slot >= committee.size) return;
    const { safety, leaderWait, liveness, due } = this.#judges;
    safety.epochEntered(atUs, slot, epoch);
    leaderWait?.epochEntered(slot, committee.members.length);
    liveness.epochEntered(slot, epoch, view);
    if (epoch <= this.#epoch) return;
    this.#reached.set(slot, epoch);
    // One alone, whom the others cannot hear, does not make an epoch.
    const arrived = [...this.#reached.values()].filter((reached) => reached >= epoch);
    if (arrived.length < committee.weakSize) return;
    this.#epoch = epoch;
    liveness.setChanged(atUs, { ...due(committee), members: committee.members });
  }
}
