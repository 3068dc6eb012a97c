/** Checks of a recording and their JUnit form: what fails, what holds, and that any text becomes well-formed XML. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runChecks, unknownChecks } from '../../../src/report/checks.js';
import { episodesOf } from '../../../src/report/episodes.js';
import { escapeXml, renderJunit } from '../../../src/report/junit.js';
import type { ReportMaterial } from '../../../src/report/material.js';
import { RunTally } from '../../../src/report/tally.js';
import { Names } from '../../../src/views/names.js';
import { verdictDocument } from '../../../src/views/verdict-document.js';
import type { ViewVerdict } from '../../../src/domains/consensus/verdict/view-verdict.js';
import { verdictOn } from '../views/made-verdict.js';

const second = 1_000_000;

/** A recording with these verdicts that ends `afterUs` after the last of them began. */
function material(verdicts: readonly ViewVerdict[], afterUs = 0): ReportMaterial {
  const tally = new RunTally();
  for (const verdict of verdicts) tally.settled(verdict);
  const documents = verdicts.map((verdict) => verdictDocument(verdict, new Names(undefined))).reverse();
  const chains = tally.chains().map((one) => ({
    chain: one.chain,
    nodes: ['n1'],
    tally: one,
    verdicts: documents,
    episodes: episodesOf(documents),
    told: [],
    validators: { chain: one.chain, margin: null, validators: [] },
    findings: [],
  }));
  const endedAtUs = (verdicts.at(-1)?.enteredAtUs ?? 0) + afterUs;
  const losses = { missing: 0, invalid: 0, dropped: 0 };
  return { file: 'x.ndjson', version: '1', bytes: 1, endedAtUs, chains, losses, checks: [] };
}

const failed = (view: number): ViewVerdict =>
  verdictOn(view, { outcome: 'failed', cause: 'leader_silent', culprits: ['validator-2'] });

describe('checks', () => {
  it('fail on a cause, naming the views and the culprit, and hold for another', () => {
    const checked = material([verdictOn(1), failed(2), verdictOn(3)]);
    const [silent, missing] = runChecks(['leader_silent', 'votes_missing'], checked, undefined);
    expect(silent).toMatchObject({
      count: 1,
      problems: ['view 2 failed: leader_silent, validator-2 (seen by 1 of 4)'],
    });
    expect(missing).toMatchObject({ count: 0, problems: [] });
  });

  it('fail liveness when nothing is decided for too long, at the end of the recording too', () => {
    const verdicts = [verdictOn(1), verdictOn(2)];
    const of = (afterUs: number) => runChecks(['liveness'], material(verdicts, afterUs), 3 * second)[0]!;
    expect(of(2 * second).count).toBe(0);
    expect(of(4 * second).problems).toEqual(['no view was decided for 4.0 s after view 2']);
    const onlyFailed = runChecks(['liveness'], material([failed(1)]), 3 * second)[0]!;
    expect(onlyFailed.problems).toEqual(['no view was decided at all']);
  });

  it('remember the longest standstill of the middle', () => {
    const late = verdictOn(3, { enteredAtUs: verdictOn(2).enteredAtUs + 9 * second });
    const [result] = runChecks(
      ['liveness'],
      material([verdictOn(1), verdictOn(2), late, verdictOn(4)]),
      second,
    );
    expect(result!.problems).toEqual(['no view was decided for 9.0 s after view 2']);
  });

  it('all fail on a recording in which nobody speaks', () => {
    const results = runChecks(['safety', 'liveness'], material([]), undefined);
    expect(results.map(({ count }) => count)).toEqual([1, 1]);
  });

  it('are known by name', () => {
    expect(unknownChecks(['safety', 'liveness', 'partition', 'bad_luck'])).toEqual(['bad_luck']);
  });
});

describe('episodes', () => {
  it('join views of one cause and culprit that are near each other', () => {
    const other = verdictOn(3, { outcome: 'failed', cause: 'collector_silent', culprits: ['validator-2'] });
    const verdicts = [failed(2), other, failed(6), failed(60)];
    const documents = verdicts.map((verdict) => verdictDocument(verdict, new Names(undefined)));
    expect(episodesOf(documents).map(({ cause, views }) => [cause, views])).toEqual([
      ['leader_silent', [2, 6]],
      ['collector_silent', [3]],
      ['leader_silent', [60]],
    ]);
  });
});

describe('JUnit', () => {
  it('has a case per check and a failure per problem', () => {
    const checked = material([verdictOn(1), failed(2)]);
    const xml = renderJunit('x.ndjson', runChecks(['safety', 'leader_silent'], checked, undefined));
    expect(xml).toContain('<testsuites name="quorumscope" tests="2" failures="1" errors="0">');
    expect(xml.match(/<testcase /g)).toHaveLength(2);
    expect(xml.match(/<failure type="leader_silent"/g)).toHaveLength(1);
  });

  it('says nothing that XML cannot', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeXml(text);
        expect(escaped).not.toMatch(/[<>"]|&(?!amp;|lt;|gt;|quot;)/);
        expect(escaped).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
    );
  });
});
