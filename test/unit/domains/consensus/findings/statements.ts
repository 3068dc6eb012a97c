/** Statements in few words, and a stream that writes down what is found in them. */
import type { Finding } from '../../../../../src/domains/consensus/findings/finding.js';
import { ConsensusWatch } from '../../../../../src/domains/consensus/watch.js';
import type { HelloEvent } from '../../../../../src/events/vocabulary.js';
import { TestStream, validators, type TestNode } from '../../stream.js';

export const [alpha, beta, gamma, delta] = validators.map(({ id }) => id) as [string, string, string, string];

/** A stream that writes down what is found. */
export class FindingStream extends TestStream {
  readonly findings: Finding[];

  constructor() {
    const findings: Finding[] = [];
    const listener = { finding: (finding: Finding) => void findings.push(finding) };
    super({ consensus: new ConsensusWatch({ findings: listener }) });
    this.findings = findings;
  }

  /** A node that is in `view` of a chain that is under way. */
  at(view: number, name = 'n1', hello: Partial<HelloEvent> = {}): TestNode {
    const node = this.node(name, { protocol: 'hotstuff2-chained', ...hello });
    enter(node, view);
    return node;
  }

  get kinds(): string[] {
    return this.findings.map(({ kind, validators: whom }) => [kind, ...whom].join(' '));
  }
}

export function enter(node: TestNode, view: number, more: { leader?: string; epoch?: number } = {}): void {
  node.say('consensus.view_entered', { view, trigger: 'qc', leader: delta, ...more });
}

export function vote(node: TestNode, view: number, block: string, validator = beta): void {
  node.say('consensus.vote_received', { view, vote: 'vote1', block, validator });
}

export function voted(node: TestNode, view: number, block: string, justify: number, lock?: number): void {
  node.say('consensus.vote_sent', { view, vote: 'vote1', block, justify_view: justify, lock_view: lock });
}

export function propose(node: TestNode, view: number, block: string, validator = beta): void {
  const place = { view, height: view, block, parent: `b${view - 1}`, justify_view: view - 1 };
  node.say('consensus.proposal_received', { ...place, validator });
}

export function qc(node: TestNode, view: number, block: string, signers?: string[], epoch?: number): void {
  node.say('consensus.qc_received', { view, block, signers, validator: gamma, epoch });
}

export function commit(node: TestNode, height: number, block: string, parent?: string, view = height): void {
  node.say('consensus.block_committed', { view, height, block, parent });
}
