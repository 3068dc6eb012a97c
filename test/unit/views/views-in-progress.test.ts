/** The list of views while they go on: in which view each node is, who leads it, since when. */
import { expect, it } from 'vitest';
import { ConsensusReader } from '../../../src/views/consensus-reader.js';
import { VerdictLog } from '../../../src/views/verdict-log.js';
import { alpha, beta, gamma, RecordStream } from '../domains/consensus/views.js';

it('shows the view that each node is in, with its leader and when it was entered, before any verdict', () => {
  const stream = new RecordStream();
  const reader = new ConsensusReader({
    watch: stream.watch,
    log: new VerdictLog({ views: (chain) => stream.watch.views(chain) }),
    evidence: () => ({ list: () => [], get: () => undefined }),
  });
  const ahead = stream.node('n1', { validator: beta });
  const behind = stream.node('n2', { validator: gamma });
  ahead.enter(8, 0, { leader: alpha });
  behind.enter(8, 2, { leader: alpha });
  ahead.enter(9, 30, { leader: beta });

  const answer = reader.views([]);
  if (!('document' in answer)) throw new Error(JSON.stringify(answer));
  const { views } = answer.document;
  expect(views).toMatchObject([
    { view: 9, leader: { id: beta }, entered_at_us: ahead.at(30).ts_us, verdict: null },
    { view: 8, leader: { id: alpha }, entered_at_us: ahead.at(0).ts_us, verdict: null },
  ]);
  // The first line that names a node is the view that it is in.
  const viewOf = (name: string): number | undefined =>
    views.find(({ nodes }) => nodes.some(({ node }) => node === name))?.view;
  expect([viewOf('n1'), viewOf('n2')]).toEqual([9, 8]);
});
