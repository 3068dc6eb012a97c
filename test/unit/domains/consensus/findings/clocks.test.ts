/** Whose wall clock is wrong: by blocks that are older than what they extend, and proposals that come before they were made. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../stream.js';
import { alpha, beta, delta, FindingStream, gamma } from './statements.js';
import type { TestNode } from '../../stream.js';

const START = 1_700_000_000 * SECOND;
const VIEW = 40_000;
const turns = [alpha, beta, gamma, delta];

/** Commits blocks of everybody in turn, stamped as their clocks say. */
function commits(node: TestNode, from: number, count: number, errorUs: Record<string, number>): void {
  for (let height = from; height < from + count; height++) {
    const proposer = turns[height % 4]!;
    const atUs = START + height * VIEW + (errorUs[proposer] ?? 0);
    node.say('consensus.block_committed', {
      view: height,
      height,
      block: `b${height}`,
      parent: `b${height - 1}`,
      proposer,
      proposed_at_us: atUs,
    });
  }
}

describe('a wrong clock', () => {
  it('that is ahead is named once, with the stamps that contradict each other', () => {
    const stream = new FindingStream();
    commits(stream.at(1), 1, 40, { [beta]: 2 * SECOND });
    expect(stream.kinds).toEqual([`clock_skew ${beta}`]);
    const [finding] = stream.findings;
    expect(finding).toMatchObject({ class: 'divergence', source: 'inferred', height: undefined });
    expect(finding!.detail).toContain('ahead');
    const [early, late] = finding!.statements as unknown as { height: number; proposed_at_us: number }[];
    expect(early!.height).toBeLessThan(late!.height);
    expect(early!.proposed_at_us - late!.proposed_at_us).toBeGreaterThan(SECOND);
  });

  it('that is behind is named, and nobody else', () => {
    const stream = new FindingStream();
    commits(stream.at(1), 1, 40, { [delta]: -3 * SECOND });
    expect(stream.kinds).toEqual([`clock_skew ${delta}`]);
  });

  it('is said again only after it was right in between', () => {
    const stream = new FindingStream();
    const node = stream.at(1);
    commits(node, 1, 40, { [beta]: 2 * SECOND });
    commits(node, 41, 80, {});
    commits(node, 121, 40, { [beta]: 2 * SECOND });
    expect(stream.kinds).toEqual([`clock_skew ${beta}`, `clock_skew ${beta}`]);
  });

  it('is nobody in particular where two differ from two', () => {
    const stream = new FindingStream();
    commits(stream.at(1), 1, 40, { [alpha]: 2 * SECOND, [gamma]: 2 * SECOND });
    expect(stream.kinds).toEqual([]);
  });

  it('is not found within a second, nor by the same commits of another node', () => {
    const stream = new FindingStream();
    commits(stream.at(1), 1, 40, { [beta]: 900_000 });
    commits(stream.at(1, 'n2'), 1, 40, { [beta]: 2 * SECOND });
    expect(stream.kinds).toEqual([]);
  });
});

describe('proposals that come before they were made', () => {
  const receive = (stream: FindingStream, self: string, view: number, aheadUs: number): void => {
    const node = stream.at(view, `n-${self}`, { validator: self });
    const block = { view, height: view, block: `b${view}`, parent: `b${view - 1}`, justify_view: view - 1 };
    const nowUs = stream.clock.nowUs();
    node.say('consensus.proposal_received', {
      ...block,
      validator: beta,
      proposed_at_us: nowUs + aheadUs,
    });
  };

  function chain(newestUs: number): FindingStream {
    const stream = new FindingStream();
    const node = stream.at(8, 'n-watch', { validator: alpha });
    node.say('consensus.block_committed', {
      view: 8,
      height: 8,
      block: 'b8',
      proposer: alpha,
      proposed_at_us: stream.clock.nowUs() + newestUs,
    });
    return stream;
  }

  it('to most others show a clock that is ahead', () => {
    const stream = chain(0);
    for (const self of [alpha, gamma, delta]) receive(stream, self, 9, 3 * SECOND);
    expect(stream.kinds).toEqual([`clock_skew ${beta}`]);
  });

  it('to one other show that two clocks differ, and not whose is wrong', () => {
    const stream = chain(0);
    receive(stream, gamma, 9, 3 * SECOND);
    expect(stream.kinds).toEqual([]);
  });

  it('show nothing where the block before was stamped as late: stamps may follow each other', () => {
    const stream = chain(3 * SECOND);
    for (const self of [alpha, gamma, delta]) receive(stream, self, 9, 3 * SECOND);
    expect(stream.kinds).toEqual([]);
  });
});
