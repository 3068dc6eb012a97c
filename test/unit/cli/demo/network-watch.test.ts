/** What the demo concludes from events: ribbon cells, silence, slowness, halts. And what it must not conclude. */
import { describe, expect, it } from 'vitest';
import { Findings, conditionOf } from '../../../../src/cli/demo/findings.js';
import { NetworkWatch } from '../../../../src/cli/demo/network-watch.js';
import { cellOf, failedAt } from '../../../../src/cli/demo/ribbon.js';

const ids = ['v0', 'v1', 'v2', 'v3'];
const second = 1_000_000;

function createNetwork() {
  const watch = new NetworkWatch();
  watch.announce(
    'chain',
    ids.map((id) => ({ id, label: id })),
  );
  ids.forEach((id, i) => watch.attached(`n${i}`, id, second, 0));
  let seq = 0;
  const envelope = (node: string, type: string) => ({ node, type, ts_us: 0, seq: seq++ });
  /** One view: `voters` vote, the votes of `late` come 300 ms after the quorum. */
  const decide = (view: number, atUs: number, voters: readonly string[], late: readonly string[] = []) => {
    const leader = ids[view % 4]!;
    const collector = `n${ids.indexOf(voters[0]!)}`;
    for (const id of voters) {
      const node = `n${ids.indexOf(id)}`;
      watch.viewEntered(
        { ...envelope(node, 'consensus.view_entered'), view, trigger: 'qc', leader } as never,
        atUs,
      );
      watch.voteSent(
        {
          ...envelope(node, 'consensus.vote_sent'),
          view,
          vote: 'vote1',
          block: 'b',
          to: ids[(view + 1) % 4],
        } as never,
        atUs,
      );
    }
    for (const id of voters) {
      const lateness = late.includes(id) ? { late_us: 300_000 } : {};
      watch.voteReceived(
        {
          ...envelope(collector, 'consensus.vote_received'),
          view,
          vote: 'vote1',
          block: 'b',
          validator: id,
          ...lateness,
        } as never,
        atUs,
      );
    }
    const signers = voters.filter((id) => !late.includes(id));
    if (signers.length < 3) return;
    watch.qcFormed(
      { ...envelope(collector, 'consensus.qc_formed'), view, block: 'b', signers } as never,
      atUs,
    );
    watch.blockCommitted(
      { ...envelope(collector, 'consensus.block_committed'), view, height: view, block: 'b' } as never,
      atUs,
    );
  };
  /** Nobody hears the leader: every voter but it gives up. */
  const fail = (view: number, atUs: number, nodes: readonly string[]) => {
    for (const node of nodes)
      watch.viewTimedOut(
        { ...envelope(node, 'consensus.view_timed_out'), view, leader: ids[view % 4] } as never,
        atUs,
      );
  };
  const cell = (view: number, id: string) =>
    cellOf(watch.views.read(view)!, id, {
      highest: watch.views.highest,
      quorum: watch.quorum,
      lateAfterUs: watch.lateAfterUs,
    });
  return { watch, decide, fail, cell, envelope };
}

describe('the ribbon', () => {
  it('tells committed, late and missing votes apart', () => {
    const { decide, cell } = createNetwork();
    decide(1, second, ['v0', 'v1', 'v2', 'v3'], ['v3']);
    decide(2, second, ['v0', 'v1', 'v2']);
    decide(3, second, ids);
    decide(4, second, ids);
    expect(ids.map((id) => cell(1, id))).toEqual(['committed', 'committed', 'committed', 'late']);
    expect(cell(2, 'v3')).toBe('none');
  });

  it('waits for late votes before it says that there was none', () => {
    const { decide, cell } = createNetwork();
    decide(1, second, ['v0', 'v1', 'v2']);
    expect(cell(1, 'v3')).toBe('open');
  });

  it('does not call a vote late that just missed the quorum', () => {
    const { watch, decide, cell, envelope } = createNetwork();
    decide(1, second, ['v0', 'v1', 'v2']);
    watch.voteReceived(
      {
        ...envelope('n2', 'consensus.vote_received'),
        view: 1,
        vote: 'vote1',
        block: 'b',
        validator: 'v3',
        late_us: 40,
      } as never,
      second,
    );
    expect(cell(1, 'v3')).toBe('committed');
  });

  it('puts a failed view down to its leader when hardly anybody voted', () => {
    const { fail, cell } = createNetwork();
    fail(2, second, ['n0', 'n1', 'n3']);
    expect(ids.map((id) => cell(2, id))).toEqual(['open', 'open', 'failed', 'open']);
  });

  it('never blames the leader for votes that died with their collector', () => {
    const { watch, fail, cell, envelope } = createNetwork();
    for (const id of ['v0', 'v1', 'v3'])
      watch.voteSent(
        {
          ...envelope(`n${ids.indexOf(id)}`, 'consensus.vote_sent'),
          view: 1,
          vote: 'vote1',
          block: 'b',
          to: 'v2',
        } as never,
        second,
      );
    fail(1, second, ['n0', 'n1', 'n3']);
    expect(failedAt(watch.views.read(1)!, watch.quorum)).toBe('v2');
    expect(cell(1, 'v1')).toBe('voted');
    expect(cell(1, 'v2')).toBe('failed');
  });

  it('forgets old views', () => {
    const { watch, decide } = createNetwork();
    for (let view = 1; view <= 500; view++) decide(view, second, ids);
    expect(watch.views.read(1)).toBeUndefined();
    expect(watch.views.last(1000).length).toBe(400);
  });
});

describe('findings', () => {
  it('finds a silent validator, once, and its return', () => {
    const { watch, decide } = createNetwork();
    const findings = new Findings(watch);
    decide(1, second, ids);
    findings.update(second);
    for (let view = 2; view < 8; view++) decide(view, view * second, ['v0', 'v1', 'v3']);
    expect(findings.update(7 * second)).toEqual([
      'v2 is silent: nothing from it for 6.0 s, last vote in view 1',
    ]);
    expect(findings.update(7 * second)).toEqual([]);
    expect(findings.upCount(7 * second)).toBe(3);
    decide(8, 8 * second, ids);
    expect(findings.update(8 * second)).toEqual(['v2 is back']);
  });

  it('does not call anybody silent while all wait for a timer', () => {
    const { watch, decide } = createNetwork();
    const findings = new Findings(watch);
    decide(1, second, ids);
    findings.update(second);
    expect(findings.update(5 * second)).toEqual([]);
    expect(findings.upCount(5 * second)).toBe(4);
  });

  it('says that the chain stands still, and that it moves again', () => {
    const { watch, decide } = createNetwork();
    const findings = new Findings(watch);
    decide(1, second, ids);
    findings.update(second);
    expect(findings.update(7 * second)).toEqual(['the chain stands still at height 1']);
    decide(2, 8 * second, ids);
    expect(findings.update(8 * second)).toEqual(['the chain moves again, height 2']);
  });

  it('finds a slow validator although it is in time where it collects the votes itself', () => {
    const { watch, decide } = createNetwork();
    const findings = new Findings(watch);
    for (let view = 1; view <= 12; view++) {
      decide(view, view * second, ids, view % 4 < 2 ? ['v3'] : []);
      if (view > 4) expect(conditionOf(watch.validators.get('v3')!, watch, view * second)).toBe('late');
    }
    expect(findings.update(12 * second)).toEqual(['v3 is slow: its votes come 300 ms after the quorum']);
    for (let view = 13; view <= 24; view++) decide(view, view * second, ids);
    expect(findings.update(24 * second)).toEqual(['v3 votes in time again']);
  });
});
