/**
 * Carries faults out and keeps the truth about them: who suffers from what, when it began, when it
 * ended. A fault that changes nothing (crashing a dead process) is no fault and is not told; one that
 * is told again while it lasts (another delay) is changed and goes on.
 *
 * Invariant: for every `begin` there is at most one `end` with the same fault and validators, later.
 */
import { Code, type RunDigest } from '../core/digest.js';
import type { EventQueue } from '../core/event-queue.js';
import { Happening } from '../core/happenings.js';
import type { Cut, Disturbed } from '../network/conditions.js';
import type { Network } from '../network/network.js';
import type { Adversaries } from '../node/adversaries.js';
import type { Names } from '../node/names.js';
import type { SimulatedNode } from '../node/node.js';
import type { Strain } from '../node/strain.js';
import type { Committee } from '../protocol/committee.js';
import {
  faultCodes,
  namedBy,
  validatorIndex,
  type Fault,
  type FaultChange,
  type LastingFault,
  type Who,
} from './fault.js';
import type { FaultLine } from '../truth/truth-line.js';
import type { TruthTeller } from '../truth/truth-teller.js';

/** What faults are done to. */
interface FaultWorld {
  readonly nowUs: number;
  readonly startUs: number;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly digest: RunDigest;
  readonly names: Names;
  readonly committee: Committee;
  readonly nodes: readonly SimulatedNode[];
  readonly strains: readonly Strain[];
  readonly adversaries: Adversaries;
  /** All positions. */
  readonly everybody: ReadonlySet<number>;
  startNode(index: number): void;
  crashNode(index: number): void;
  /** Links were cut, or are whole again. */
  linksChanged(): void;
  /** Clients submit this many times as much from now on. */
  setCrowd(factor: number): void;
  faultsChanged(faulty: ReadonlySet<number>): void;
  /** Hears every begin and end as data; absent where nobody wants the truth. */
  readonly truth: Pick<TruthTeller, 'faultChanged'> | undefined;
}

/** A fault that lasts. */
interface Active {
  fault: LastingFault;
  activation: number;
  readonly validators: readonly number[];
}

/** Kinds that make a validator faulty in the eyes of the protocol's promises. */
const COUNTED: ReadonlySet<string> = new Set(['crash', 'amnesia', 'slow', 'stall', 'starve', 'byzantine']);

/** All faults of a run. */
export class FaultLedger {
  readonly #world: FaultWorld;
  readonly #truth: ((line: FaultLine) => void) | undefined;
  /** By kind and validator; by number where no single validator is the cause. */
  readonly #active = new Map<string, Active>();
  #activations = 0;

  constructor(world: FaultWorld, truth: ((line: FaultLine) => void) | undefined) {
    this.#world = world;
    this.#truth = truth;
  }

  /** Whether a validator's process is down by a fault. */
  isDown(validator: number): boolean {
    return this.#active.has(`crash/${validator}`) || this.#active.has(`amnesia/${validator}`);
  }

  /** Schedules `fault`, at its own time but not before `nowUs`. Its validators are known to exist. */
  schedule(fault: Fault, nowUs: number): void {
    const atUs = Math.max(nowUs, fault.atUs ?? nowUs);
    const change: FaultChange =
      fault.kind === 'heal'
        ? {
            change: 'heal',
            validator: fault.validator === undefined ? undefined : this.#position(fault.validator),
          }
        : { change: 'begin', fault };
    this.#push(atUs, change);
  }

  /** A fault falls due. */
  apply(change: FaultChange): void {
    if (change.change === 'begin') return this.#begin(change.fault);
    for (const [key, active] of [...this.#active]) {
      const [only] = 'validator' in active.fault ? active.validators : [];
      const ends =
        change.change === 'end' ? active.activation === change.activation : only === change.validator;
      if (ends) this.#end(key, active);
    }
  }

  /** The run is over, and with it every fault. */
  end(): void {
    for (const active of this.#active.values()) this.#tell(active, 'end');
    this.#active.clear();
  }

  #begin(fault: LastingFault): void {
    const validators = namedBy(fault).map((name) => this.#position(name));
    const activation = ++this.#activations;
    const key =
      fault.kind === 'twins'
        ? 'twins'
        : 'validator' in fault
          ? `${fault.kind}/${validators[0]}`
          : String(activation);
    const known = this.#active.get(key);
    const [only = 0] = validators;
    const stops = fault.kind === 'crash' || fault.kind === 'amnesia';
    if (known !== undefined && stops) return;
    if (stops && this.isDown(only)) return;
    if (fault.durationUs !== undefined)
      this.#push(this.#world.nowUs + fault.durationUs, { change: 'end', activation });
    const active = known ?? { fault, activation, validators };
    active.fault = fault;
    active.activation = activation;
    this.#active.set(key, active);
    this.#carryOut(active, true);
    if (known === undefined) this.#changed(active, 'begin');
  }

  #end(key: string, active: Active): void {
    this.#active.delete(key);
    this.#carryOut(active, false);
    this.#changed(active, 'end');
  }

  #carryOut({ fault, validators }: Active, begins: boolean): void {
    const world = this.#world;
    const [validator = 0] = validators;
    const strain = world.strains[validator];
    if (strain === undefined) return;
    switch (fault.kind) {
      case 'crash':
      case 'amnesia':
        if (begins) return world.crashNode(validator);
        if (fault.kind === 'amnesia') world.nodes[validator]?.disk.forgetSafetyRecord();
        return world.startNode(validator);
      case 'slow':
        return world.network.slowDown(validator, begins ? fault.delayUs : 0);
      case 'stall':
        strain.syncDelayUs = begins ? fault.delayUs : 0;
        return;
      case 'starve':
        strain.processorFactor = begins ? fault.factor : 1;
        return;
      case 'leak':
        strain.leakBytesPerSecond = begins ? fault.bytesPerSecond : 0;
        strain.leakSinceUs = world.nowUs;
        return;
      case 'clock':
        if (begins) strain.setClock(world.nowUs, fault.offsetUs, fault.driftPpm ?? 0);
        else strain.setClock(world.nowUs, 0, 0);
        return;
      case 'byzantine':
        return world.adversaries.deviate(validator, begins ? fault.behaviour : undefined);
      case 'twins': {
        const twinned = this.#positions(fault.validators);
        return begins
          ? world.adversaries.startTwins(twinned, this.#positions(fault.apart))
          : world.adversaries.stopTwins();
      }
      case 'flash_crowd':
        return world.setCrowd(begins ? fault.factor : 1);
      default:
        return this.#conditionsChanged();
    }
  }

  /** Makes the network what all that lasts makes it together. */
  #conditionsChanged(): void {
    const cuts: Cut[] = [];
    const disturbed: Disturbed[] = [];
    for (const { fault, validators } of this.#active.values()) {
      const senders = validators.length === 0 ? undefined : new Set(validators);
      if (fault.kind === 'partition') cuts.push(...this.#cutsBetween(fault.groups));
      else if (fault.kind === 'one_way_partition')
        cuts.push({ from: this.#positions(fault.from), to: this.#positions(fault.to) });
      else if (fault.kind === 'loss')
        disturbed.push({ by: { loss: fault.ratio, transport: fault.transport }, senders });
      else if (fault.kind === 'duplicate') disturbed.push({ by: { duplicate: fault.ratio }, senders });
      else if (fault.kind === 'reorder')
        disturbed.push({ by: { reorder: fault.ratio, reorderUs: fault.delayUs }, senders });
    }
    this.#world.network.conditions.set(cuts, disturbed);
    this.#world.linksChanged();
  }

  #cutsBetween(groups: readonly (readonly Who[])[]): Cut[] {
    const sets = groups.map((group) => this.#positions(group));
    const rest = new Set<number>();
    for (let validator = 0; validator < this.#world.committee.size; validator++)
      if (!sets.some((set) => set.has(validator))) rest.add(validator);
    const all = rest.size > 0 ? [...sets, rest] : sets;
    return all.flatMap((from) => all.filter((to) => to !== from).map((to) => ({ from, to })));
  }

  #position(name: Who): number {
    return validatorIndex(name, this.#world.committee.size) ?? 0;
  }

  #positions(names: readonly Who[]): ReadonlySet<number> {
    return new Set(names.map((name) => this.#position(name)));
  }

  #push(atUs: number, change: FaultChange): void {
    this.#world.queue.push(atUs, Happening.fault, 0, 0, 0, change);
  }

  #changed(active: Active, phase: FaultLine['phase']): void {
    const { digest, nowUs } = this.#world;
    const { fault, validators } = active;
    const delayUs = 'delayUs' in fault ? (fault.delayUs ?? 0) : 0;
    digest.record(
      Code.fault,
      nowUs,
      validators[0] ?? 0,
      faultCodes[fault.kind],
      phase === 'begin' ? 1 : 0,
      delayUs,
    );
    this.#tell(active, phase);
    const faulty = new Set<number>();
    for (const other of this.#active.values())
      if (COUNTED.has(other.fault.kind)) other.validators.forEach((validator) => faulty.add(validator));
    // Twins come with a network in two halves.
    const halved = [...this.#active.values()].some((other) => other.fault.kind === 'twins');
    this.#world.faultsChanged(halved ? this.#world.everybody : faulty);
  }

  #tell({ fault, validators }: Active, phase: FaultLine['phase']): void {
    const { startUs, nowUs, names } = this.#world;
    const told = fault.kind === 'twins' ? validators.slice(0, fault.validators.length) : validators;
    const named = told.map((validator) => names.validator(validator));
    const elsewhere = fault.kind === 'flash_crowd' ? 'clients' : 'network';
    const [validator = elsewhere] = 'validator' in fault || fault.kind === 'twins' ? named : [];
    const whose = fault.kind === 'twins' ? told : validators;
    this.#world.truth?.faultChanged(fault, whose, phase === 'begin');
    const line = { at_us: startUs + nowUs, fault: fault.kind, validator, validators: named, phase };
    this.#truth?.(fault.kind === 'byzantine' ? { ...line, behaviour: fault.behaviour } : line);
  }
}
