/** Which certificates made a block final: its own and its child's, or those of a block above it. */
import { describe, expect, it } from 'vitest';
import { alpha, beta, commit, delta, FindingStream, gamma, propose, qc } from './statements.js';

/** A block certified by three of four. */
function certified(
  stream: FindingStream,
  [block, parent]: readonly [string, string],
  view: number,
  signers: readonly string[],
): void {
  const node = stream.at(view, `n${view}${block}`);
  node.say('consensus.proposal_received', {
    view,
    height: view,
    block,
    parent,
    justify_view: view - 1,
    validator: alpha,
  });
  qc(node, view, block, [...signers]);
}

describe('two final blocks at one height', () => {
  it('of which one is final only through its descendants: who signed for both is named', () => {
    const stream = new FindingStream();
    const [one, other] = [
      [alpha, beta, gamma],
      [alpha, beta, delta],
    ];
    // One branch: 79, then nothing in 80 and 81, and 82 and 83 decide it. The other: 80 and 81.
    certified(stream, ['a79', 'root'], 79, other);
    certified(stream, ['b80', 'root'], 80, one);
    certified(stream, ['b81', 'b80'], 81, one);
    certified(stream, ['a82', 'a79'], 82, other);
    certified(stream, ['a83', 'a82'], 83, other);
    commit(stream.at(84, 'left'), 78, 'b80', 'root', 80);
    commit(stream.at(84, 'right'), 78, 'a79', 'root', 79);
    const conflict = stream.findings.filter(({ kind }) => kind === 'conflicting_commit');
    expect(conflict.map(({ validators }) => validators)).toEqual([[alpha, beta]]);
  });

  it('whose deciding certificates are not known: nobody is named', () => {
    const stream = new FindingStream();
    const node = stream.at(80);
    propose(node, 80, 'b80');
    commit(node, 78, 'b80', 'root', 80);
    commit(stream.at(81, 'right'), 78, 'a79', 'root', 79);
    const conflict = stream.findings.filter(({ kind }) => kind === 'conflicting_commit');
    expect(conflict.map(({ validators }) => validators)).toEqual([[]]);
  });
});
