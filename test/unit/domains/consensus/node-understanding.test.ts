import { expect, it } from 'vitest';
import { ManualClock } from '../../../../src/base/clock.js';
import { ScopedSeries } from '../../../../src/domains/scoped-series.js';
import { ChainValidators } from '../../../../src/domains/validator-names.js';
import { ChainFindings } from '../../../../src/domains/consensus/findings/chain-findings.js';
import { ofEveryView, type NodeParts } from '../../../../src/domains/consensus/node-understanding.js';
import { Participation } from '../../../../src/domains/consensus/participation/participation.js';
import { ChainRecords } from '../../../../src/domains/consensus/record/chain-records.js';
import { PhaseObserver } from '../../../../src/domains/consensus/record/phase-observer.js';
import { RecordBook } from '../../../../src/domains/consensus/record/record-book.js';
import { SharedTexts } from '../../../../src/domains/consensus/shared-texts.js';
import { ValidatorNumbers } from '../../../../src/domains/consensus/validator-numbers.js';
import { NodeStanding } from '../../../../src/domains/consensus/verdict/node-standing.js';
import { Board } from '../../../../src/metrics/board.js';

function partsOfANode(): NodeParts {
  const clock = new ManualClock();
  const names = new ChainValidators();
  const series = new ScopedSeries(new Board(), 'main', 'n1');
  const scope = { chain: 'main', node: 'n1', series, names, clock, windowUs: 60_000_000 };
  const chain = { ...scope, series: new ScopedSeries(new Board(), 'main') };
  const texts = new SharedTexts(new ValidatorNumbers(names));
  const records = new ChainRecords('main', names, texts);
  const findings = new ChainFindings(chain, undefined, texts);
  const phases = new PhaseObserver(scope);
  const book = { cameOrWent: () => undefined, forget: () => undefined };
  return {
    standing: new NodeStanding('n1', book, clock),
    records: new RecordBook(scope, records, phases),
    phases,
    participation: new Participation(chain, records).observer(scope),
    findings: findings.watch(scope),
    clock: findings.clock(),
  };
}

it('tells the events of every view to exactly those parts that have a handler for them', () => {
  const parts = partsOfANode();
  for (const [type, tell] of Object.entries(ofEveryView)) {
    const hearing = Object.entries(parts)
      .filter(([, part]) => type in (part as NodeParts['participation']).handlers)
      .map(([name]) => name);
    const told = /** Who is taken out of the parts. */ /^\(?\{([^}]*)\}/.exec(tell.toString())![1]!;
    expect(
      told
        .split(',')
        .map((name) => name.split(':')[0]!.trim())
        .sort(),
      type,
    ).toEqual(hearing.sort());
  }
});
