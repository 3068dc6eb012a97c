/**
 * What validators of one chain are known to have said, through the eyes of all attached nodes: votes,
 * proposals, certificates, commits, states. Two statements that an honest validator cannot both have
 * made are a finding, with both as its evidence. They prove it by themselves: what was lost between
 * them cannot unsay them.
 */
import type { EventMap } from '../../../events/vocabulary.js';
import type { ValidatorEntry } from '../../../events/schema.js';
import type { ChainScope } from '../../domain.js';
import type { SharedTexts, Signers } from '../shared-texts.js';
import type { ValidatorNumbers } from '../validator-numbers.js';
import { commonSigners, culpritsOfCommits } from './accountability.js';
import { BlockGraph } from './block-graph.js';
import { DivergenceBook, type Divergence, type StateNote } from './divergence-book.js';
import { statementOf, type FindingListener, type Statement } from './finding.js';
import { HeightBook, type CommitNote } from './height-book.js';
import { FindingReporter } from './reporter.js';
import { Roster } from './roster.js';
import { PowerTable } from './power-table.js';
import {
  ViewSlots,
  type VoteTable,
  voteSources,
  type CertificateNote,
  type ProposalNote,
  type ViewSlot,
} from './view-slots.js';

const phases = ['vote1', 'vote2', 'vote3'] as const;
type Phase = (typeof phases)[number];

const LEAST_VALIDATORS = 256;
const MAX_NODES = 4_096;
const FROM_CERTIFICATE = voteSources.indexOf('certificate');

/** A vote as any event tells it. */
interface VoteStatement {
  readonly type: string;
  readonly node: string;
  readonly ts_us: number;
  readonly view: number;
  readonly vote: Phase;
  readonly block: string;
  readonly epoch?: number | undefined;
  readonly signature?: string | undefined;
}

/** A proposal as any event tells it. */
interface ProposalStatement {
  readonly type: string;
  readonly node: string;
  readonly ts_us: number;
  readonly view: number;
  readonly block: string;
  readonly epoch?: number | undefined;
  readonly justify_view?: number | undefined;
  readonly signature?: string | undefined;
}

/** A certificate as any event tells it. */
interface CertificateStatement {
  readonly type: string;
  readonly node: string;
  readonly ts_us: number;
  readonly view: number;
  readonly block: string;
  readonly epoch?: number | undefined;
  readonly signers?: readonly string[] | undefined;
}

/** The book of one chain. */
export class ChainBook {
  readonly reporter: FindingReporter;
  readonly nodes = new Roster(() => MAX_NODES);
  readonly #scope: ChainScope;
  readonly #texts: SharedTexts;
  readonly #validators: ValidatorNumbers;
  readonly #heights = new HeightBook();
  readonly #states = new DivergenceBook();
  readonly #graph = new BlockGraph();
  /** The set announced last: all nodes of a chain announce the same. */
  #powers: PowerTable | undefined;
  #slots: ViewSlots;
  #sizedFor: number;

  constructor(scope: ChainScope, texts: SharedTexts, listener: FindingListener | undefined) {
    this.#scope = scope;
    this.reporter = new FindingReporter(scope, listener);
    this.#texts = texts;
    this.#validators = texts.validators;
    this.#sizedFor = Math.max(LEAST_VALIDATORS, scope.names.members.length);
    this.#slots = new ViewSlots(scope.names.members.length);
  }

  /** The validator set changed. */
  validators(): void {
    this.reporter.validators();
    const { length } = this.#scope.names.members;
    if (length <= this.#sizedFor) return;
    this.#sizedFor = 2 * length;
    const { highest } = this.#slots;
    this.#slots = new ViewSlots(length);
    this.#slots.raise(highest);
  }

  /** The chain was begun anew: its views and heights are others now. */
  forget(): void {
    this.#slots.clear();
    this.#heights.clear();
    this.#states.clear();
    this.#graph.clear();
    this.reporter.forget();
  }

  // --- what is known

  get highestView(): number {
    return this.#slots.highest;
  }

  /** An attached node is in this view, or past it. */
  reached(view: number): void {
    this.#slots.raise(view);
  }

  /** Whether somebody spoke of the block in this view, or committed it. */
  knows(block: string, view: number): boolean {
    return this.#slots.find(view)?.knows(block) === true || this.#graph.get(block) !== undefined;
  }

  committed(height: number): CommitNote | undefined {
    return this.#heights.at(height);
  }

  /** The signers of a certificate and their numbers. */
  signers(view: number, ids: readonly string[]): Signers {
    return this.#texts.signers(view, ids);
  }

  /** A set with its voting power, as a node announced it. */
  powers(entries: readonly ValidatorEntry[]): PowerTable {
    const powers = new PowerTable(entries, this.#validators);
    if (this.#powers?.isSame(powers) === true) return this.#powers;
    return (this.#powers = powers);
  }

  // --- votes

  /** @param source position in `voteSources` */
  vote(event: VoteStatement, validator: string, node: number, source: number): void {
    const slot = this.#slots.at(event.view, event.epoch);
    if (slot === undefined) return;
    const who = this.#validators.of(validator);
    const block = slot.number(event.block);
    if (who < 0 || who >= this.#validators.bound || block === 0) return;
    const phase = event.vote === 'vote1' ? 0 : event.vote === 'vote2' ? 1 : 2;
    const table = this.#slots.votes(phase);
    const cell = table.cell(slot.row, who);
    const before = table.block[cell]!;
    if (before === block) return;
    if (before !== 0) return this.#doubleVote(slot, table, phase, who, event);
    table.enter(cell, block, event.ts_us, node, source);
    if (event.signature !== undefined) table.sign(slot.row, who, event.signature);
  }

  #doubleVote(slot: ViewSlot, table: VoteTable, phase: number, who: number, event: VoteStatement): void {
    const cell = table.cell(slot.row, who);
    const validator = this.#validators.id(who);
    const draft = {
      class: 'byzantine',
      kind: 'double_vote',
      validators: [validator],
      view: slot.view,
      height: undefined,
      epoch: event.epoch,
      detail: `voted for two blocks in one view, phase ${phases[phase]}`,
      source: 'inferred',
    } as const;
    if (this.reporter.hasSaid(draft)) return;
    const first: Statement = {
      type: voteSources[table.source[cell]!]!,
      node: this.nodes.name(table.node[cell]!),
      ts_us: table.tsUs[cell]!,
      view: slot.view,
      vote: phases[phase],
      block: slot.blocks[table.block[cell]! - 1],
      validator,
      ...optional('signature', table.signature(slot.row, who)),
    };
    this.reporter.raise({ ...draft, statements: [first, { ...statementOf(event), validator }] });
  }

  // --- proposals

  proposal(event: ProposalStatement, validator: string, node: number): void {
    const slot = this.#slots.at(event.view, event.epoch);
    if (slot === undefined) return;
    const block = slot.number(event.block);
    let first: ProposalNote | undefined;
    for (const note of slot.proposals) {
      if (note.validator !== validator) continue;
      if (note.block === block) return;
      first ??= note;
    }
    if (first !== undefined) return this.#doubleProposal(slot, first, event, validator);
    if (block === 0 || slot.proposals.length >= 16) return;
    const { type, ts_us, justify_view: justifyView, signature } = event;
    slot.proposals.push({ type, block, validator, node, tsUs: ts_us, justifyView, signature });
  }

  /** A block's place in the chain, as a proposal or a commit tells it. */
  place(block: string, view: number, parent: string | undefined): void {
    this.#graph.note(block, view, parent);
  }

  #doubleProposal(slot: ViewSlot, first: ProposalNote, event: ProposalStatement, validator: string): void {
    this.reporter.raise({
      class: 'byzantine',
      kind: 'double_proposal',
      validators: [validator],
      view: slot.view,
      height: undefined,
      epoch: event.epoch,
      detail: 'proposed two blocks in one view',
      source: 'inferred',
      statements: [
        {
          type: first.type,
          node: this.nodes.name(first.node),
          ts_us: first.tsUs,
          view: slot.view,
          block: slot.blocks[first.block - 1],
          validator,
          ...optional('justify_view', first.justifyView),
          ...optional('signature', first.signature),
        },
        { ...statementOf(event), validator },
      ],
    });
  }

  // --- certificates

  /** @returns whether this certificate was not known yet, so that it is worth checking */
  certificate(event: CertificateStatement, phase: number, node: number): boolean {
    const slot = this.#slots.at(event.view, event.epoch);
    if (slot === undefined) return false;
    const block = slot.number(event.block);
    if (block === 0) return false;
    const { signers } = event;
    const { certificates } = slot;
    let known = 0;
    while (known < certificates.length && !isOf(certificates[known]!, phase, block)) known++;
    const before = certificates[known];
    if (before !== undefined && (before.signers !== undefined || signers === undefined))
      return signers !== undefined && before.signers?.length !== signers.length;
    const conflicting = certificates.find((other) => other.block !== block);
    const note: CertificateNote = {
      type: event.type,
      phase,
      block,
      node,
      tsUs: event.ts_us,
      signers: signers && this.#texts.signers(event.view, signers).ids,
    };
    // The same one with its signers takes the place of the one without.
    if (before !== undefined) certificates[known] = note;
    else if (certificates.length < 16) certificates.push(note);
    if (conflicting !== undefined) this.#conflictingCertificates(slot, conflicting, note, event);
    return signers !== undefined;
  }

  /** A certificate that holds proves who voted for its block. */
  signed(event: CertificateStatement, phase: number, node: number): void {
    const slot = event.signers && this.#slots.at(event.view, event.epoch);
    const block = slot === undefined ? 0 : slot.number(event.block);
    if (event.signers === undefined || slot === undefined || block === 0) return;
    const table = this.#slots.votes(phase);
    const { numbers } = this.#texts.signers(event.view, event.signers);
    const { bound } = this.#validators;
    for (let i = 0; i < numbers.length; i++) {
      const who = numbers[i]!;
      if (who < 0 || who >= bound) continue;
      const cell = table.cell(slot.row, who);
      const before = table.block[cell]!;
      if (before === 0) table.enter(cell, block, event.ts_us, node, FROM_CERTIFICATE);
      else if (before !== block) {
        const vote = { ...event, type: 'certificate', vote: phases[phase] ?? 'vote1' };
        this.#doubleVote(slot, table, phase, who, vote);
      }
    }
  }

  #conflictingCertificates(
    slot: ViewSlot,
    known: CertificateNote,
    note: CertificateNote,
    event: CertificateStatement,
  ): void {
    const same = slot.certificates.find((other) => other.block === known.block && other.phase === note.phase);
    const culprits = commonSigners(same, note);
    const subject = { kind: 'conflicting_certificate', view: slot.view } as const;
    this.#raiseConflict(subject, culprits, event.epoch, 'two blocks of one view are certified', [
      this.#certificateStatement(slot, same ?? known),
      statementOf(event),
    ]);
  }

  #certificateStatement(slot: ViewSlot, note: CertificateNote): Statement {
    return {
      type: note.type,
      node: this.nodes.name(note.node),
      ts_us: note.tsUs,
      view: slot.view,
      vote: phases[note.phase],
      block: slot.blocks[note.block - 1],
      ...optional('signers', note.signers),
    };
  }

  // --- commits

  commit(event: EventMap['consensus.block_committed'], node: number): void {
    const standing = this.#heights.note(event, node);
    this.#graph.note(event.block, event.view, event.parent);
    if (typeof standing !== 'object') return;
    const { contradicts: other } = standing;
    const culprits = culpritsOfCommits(event, other, this.#slots, this.#graph);
    const detail =
      other.height === event.height
        ? `two blocks are final at height ${event.height}`
        : `final at height ${event.height} is a block that is not linked to the one at height ${other.height}`;
    const subject = { kind: 'conflicting_commit', view: event.view, height: event.height } as const;
    this.#raiseConflict(subject, culprits, event.epoch, detail, [
      this.#commitStatement(other),
      statementOf(event),
    ]);
  }

  #commitStatement({ height, view, block, parent, node, tsUs }: CommitNote): Statement {
    const said = { height, view, block, ...optional('parent', parent) };
    return { type: 'consensus.block_committed', node: this.nodes.name(node), ts_us: tsUs, ...said };
  }

  #raiseConflict(
    subject: { kind: 'conflicting_certificate' | 'conflicting_commit'; view: number; height?: number },
    culprits: readonly string[],
    epoch: number | undefined,
    what: string,
    statements: readonly Statement[],
  ): void {
    const detail = culprits.length === 0 ? what : `${what}, and ${culprits.join(', ')} signed both sides`;
    const { kind, view, height } = subject;
    const about = { class: 'safety', kind, view, height, epoch, source: 'inferred' } as const;
    this.reporter.raise({ ...about, validators: culprits, detail, statements });
  }

  // --- what nodes must agree on

  /** Who leads a view, by a node's word. */
  leader(event: EventMap['consensus.view_entered'], node: number): void {
    const slot = this.#slots.at(event.view, event.epoch);
    if (slot === undefined) return;
    const { leader, epoch, ts_us } = event;
    const known = slot.leader;
    if (known === undefined) slot.leader = { leader, epoch, node, tsUs: ts_us };
    if (known === undefined || known.leader === leader || known.epoch !== epoch) return;
    const first = { view: slot.view, leader: known.leader, ...optional('epoch', epoch) };
    const statement = { type: event.type, node: this.nodes.name(known.node), ts_us: known.tsUs, ...first };
    this.#raiseDivergence('leader', slot.view, undefined, `two leaders of view ${slot.view}`, [
      statement,
      statementOf(event),
    ]);
  }

  /** The leader of a view, where a node has said so. */
  leaderOf(view: number): string | undefined {
    return this.#slots.find(view)?.leader?.leader;
  }

  /** A node's state after a height. */
  state(
    event: { readonly type: string; readonly ts_us: number; readonly height: number },
    node: number,
    said: { readonly root: string | undefined; readonly fuel: string | undefined },
    isFinal: boolean,
  ): void {
    this.#diverged(this.#states.state(event, node, said, isFinal));
  }

  /** A node has committed a height. */
  settled(height: number, node: number): void {
    this.#diverged(this.#states.commit(height, node));
  }

  #diverged(divergence: Divergence | undefined): void {
    // Nodes that have executed different blocks have another finding.
    if (divergence === undefined || divergence.height >= this.#heights.lowestFork) return;
    const { kind, height, one, other, votes } = divergence;
    const [more, fewer] = votes;
    const odd = more === fewer ? undefined : this.nodes.name((more > fewer ? other : one).node);
    const what = kind === 'fuel' ? 'fuel used' : 'state root';
    const detail = `different ${what} at height ${height}${odd === undefined ? '' : `, most nodes contradict ${odd}`}`;
    this.#raiseDivergence(
      kind,
      undefined,
      height,
      detail,
      [one, other].map((note) => this.#stateOf(note, height)),
    );
  }

  #stateOf({ type, node, tsUs, root, fuel }: StateNote, height: number): Statement {
    const said = { ...optional('state_root', root), ...optional('fuel_used', fuel) };
    return { type, node: this.nodes.name(node), ts_us: tsUs, height, ...said };
  }

  #raiseDivergence(
    kind: 'leader' | 'state_root' | 'fuel',
    view: number | undefined,
    height: number | undefined,
    detail: string,
    statements: readonly Statement[],
  ): void {
    const about = { class: 'divergence', kind, view, height, epoch: undefined, source: 'inferred' } as const;
    this.reporter.raise({ ...about, validators: [], detail, statements });
  }
}

function isOf(note: CertificateNote, phase: number, block: number): boolean {
  return note.phase === phase && note.block === block;
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
