/** The spans of simulated views against what the simulator itself knows of when things happened. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_START_US } from '../../../simulator/options.js';
import type { SimulationOptions } from '../../../simulator/main.js';
import { spanIdOf, traceIdOf } from '../../../src/tracing/ids.js';
import type { SpanName } from '../../../src/tracing/span-table.js';
import type { ViewSpan } from '../../../src/tracing/view-span.js';
import { orphansOf, traced, viewOf, type Traced } from './simulated.js';

type Watch = NonNullable<SimulationOptions['watch']>;

/** When the replicas themselves stated things, by `validator view what`; the first time of each. */
function truthOf(): { readonly times: Map<string, number>; readonly watch: Watch } {
  const times = new Map<string, number>();
  const watch: Watch = {
    observer: (validator, time) => {
      const note = (view: number, what: string): void => {
        const key = `validator-${validator} ${view} ${what}`;
        if (!times.has(key)) times.set(key, DEFAULT_START_US + time.nowUs);
      };
      return {
        viewEntered: (view) => note(view, 'entered'),
        viewTimedOut: (view) => note(view, 'timed out'),
        proposalSent: (block) => note(block.view, 'proposal'),
        proposalReceived: (block) => note(block.view, 'proposal'),
        voteSent: (vote) => note(vote.view, vote.qc === undefined ? 'vote1' : 'vote2'),
        qcFormed: (qc) => note(qc.view, 'qc'),
        qcReceived: (qc) => note(qc.view, 'qc'),
        dcFormed: (dc) => note(dc.view, 'dc'),
        dcReceived: (dc) => note(dc.view, 'dc'),
      };
    },
    committed: (validator, block, time) => {
      const key = `validator-${validator} ${block.view} committed`;
      if (!times.has(key)) times.set(key, DEFAULT_START_US + time.nowUs);
    },
  };
  return { times, watch };
}

function named(run: Traced, ...names: SpanName[]): ViewSpan[] {
  return run.spans.filter(({ name }) => names.includes(name));
}

const jitter = { delay: { kind: 'exponential', floorUs: 3_000, meanUs: 9_000 }, jitterUs: 777 } as const;

describe('the spans of healthy views', () => {
  const truth = truthOf();
  let run: Traced;
  beforeAll(async () => {
    run = await traced({ network: jitter, watch: truth.watch });
  });

  const at = (span: ViewSpan, what: string): number | undefined =>
    truth.times.get(`${span.source.validator} ${viewOf(span)} ${what}`);

  it('begin and end when the simulator says, to the microsecond', () => {
    let checked = 0;
    const same = (span: ViewSpan, edge: 'startUs' | 'endUs', what: string): void => {
      const trueUs = at(span, what);
      expect(trueUs, `${span.name} of view ${viewOf(span)}: ${what}`).toBeDefined();
      expect(span[edge], `${span.name} of view ${viewOf(span)}: ${what}`).toBe(trueUs);
      checked++;
    };
    for (const span of run.spans) {
      if (span.name === 'view' || span.name === 'replica') {
        same(span, 'startUs', 'entered');
        const next = truth.times.get(`${span.source.validator} ${viewOf(span) + 1} entered`);
        if (next !== undefined) expect(span.endUs).toBe(next);
      }
      if (span.name === 'proposal') same(span, 'endUs', 'proposal');
      if (span.name === 'first_vote') {
        same(span, 'startUs', 'proposal');
        same(span, 'endUs', 'vote1');
      }
      if (span.name === 'commit') same(span, 'endUs', 'committed');
      if (span.name === 'qc') {
        const formed = at(span, 'qc');
        if (formed !== undefined) expect(span.endUs).toBe(formed);
      }
    }
    expect(checked).toBeGreaterThan(1_000);
  });

  it('are one trace per view, with one root, and no orphan of a view that its leader has left', () => {
    const views = new Map<string, ViewSpan[]>();
    for (const span of run.spans) views.set(span.traceId, [...(views.get(span.traceId) ?? []), span]);
    for (const [traceId, spans] of views) {
      expect(new Set(spans.map(viewOf)).size).toBe(1);
      expect(traceId).toBe(traceIdOf('simulated', undefined, viewOf(spans[0]!)));
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
      if (orphansOf(spans).length === 0) expect(spans.filter(({ name }) => name === 'view')).toHaveLength(1);
    }
    const last = Math.max(...run.spans.map(viewOf));
    for (const orphan of orphansOf(run.spans)) {
      expect(orphan.name).toBe('replica');
      expect(viewOf(orphan)).toBeGreaterThanOrEqual(last - 1);
    }
  });

  it('have names without numbers and ends that are not before their starts', () => {
    for (const { name, startUs, endUs } of run.spans) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(endUs).toBeGreaterThanOrEqual(startUs);
    }
  });

  it('link the certificate to the vote that closed it', () => {
    const formed = named(run, 'qc').filter((span) => span.attributes['hotstuff.is_formed_here'] === true);
    expect(formed.length).toBeGreaterThan(100);
    const closed = formed.filter(({ links }) => links.length === 1);
    expect(closed.length).toBeGreaterThan(formed.length / 2);
    for (const { traceId, links, attributes } of closed)
      expect(links).toEqual([
        { traceId, spanId: spanIdOf(traceId, String(attributes['hotstuff.closed_by']), 'first_vote') },
      ]);
  });

  it('say decided, and blame nobody', () => {
    const roots = named(run, 'view').filter((span) => viewOf(span) > 2 && span.error === undefined);
    expect(roots.length).toBeGreaterThan(100);
    for (const { attributes } of roots) {
      expect(attributes['hotstuff.kept_because']).toBe('sampled');
      expect(attributes['hotstuff.culprits']).toBeUndefined();
    }
  });
});

describe('the spans of executed blocks', () => {
  const truth = truthOf();
  let run: Traced;
  beforeAll(async () => {
    run = await traced({
      network: jitter,
      watch: truth.watch,
      durationUs: 4_000_000,
      workload: { transactionsPerSecond: 400, blockTransactions: 50, mempoolCapacity: 5_000 },
    });
  });

  it('begin after the commit, last as long as the node worked, and end when its results were durable', () => {
    const key = (span: ViewSpan): string =>
      `${span.source.node} ${String(span.attributes['hotstuff.height'])}`;
    const executed = new Map(
      run.said.flatMap((said) =>
        said.type === 'execution.block_executed' ? [[`${said.node} ${String(said['height'])}`, said]] : [],
      ),
    );
    const persistences = new Map(named(run, 'persistence').map((span) => [span.parentId, span]));
    const blocks = new Map(named(run, 'block').map((span) => [span.spanId, span]));
    let checked = 0;
    for (const span of named(run, 'execution')) {
      const said = executed.get(key(span))!;
      const persistence = persistences.get(span.parentId)!;
      const block = blocks.get(span.parentId!)!;
      const committedUs = truth.times.get(`${span.source.validator} ${viewOf(span)} committed`)!;
      expect(said['view']).toBe(viewOf(span));
      expect(span.endUs - span.startUs).toBe(said['duration_us']);
      expect(persistence.startUs).toBe(span.endUs);
      expect(persistence.endUs).toBe(said.atUs);
      expect(block.endUs).toBe(said.atUs);
      // A block that was fetched, not proposed to the node, begins with its commit.
      const proposedUs = truth.times.get(`${span.source.validator} ${viewOf(span)} proposal`);
      expect(block.startUs).toBe(proposedUs ?? committedUs);
      // One block at a time: at once when it is final, or when the one before is durable.
      const before = executed.get(`${span.source.node} ${Number(span.attributes['hotstuff.height']) - 1}`);
      if (before !== undefined) {
        expect(span.startUs).toBe(Math.max(committedUs, before.atUs));
        checked++;
      }
      expect(span.attributes).toMatchObject({
        'hotstuff.transactions': said['transactions'],
        'hotstuff.failed_transactions': said['failed'],
        'hotstuff.fuel_used': Number(said['fuel_used']),
        'hotstuff.state_root': said['state_root'],
      });
    }
    expect(checked).toBeGreaterThan(100);
  });
});

describe('the spans of failed views', () => {
  const truth = truthOf();
  let run: Traced;
  beforeAll(async () => {
    const crash = { kind: 'crash', validator: 2, atUs: 1_000_000, durationUs: 3_000_000 } as const;
    run = await traced({ network: jitter, watch: truth.watch, faults: [crash] }, { share: 1e-9 });
  });
  const failedViews = (): Map<number, Extract<Traced['truth'][number], { type: 'view' }>> =>
    new Map(
      run.truth.flatMap((line) =>
        'type' in line && line.type === 'view' && line.outcome === 'failed' ? [[line.view, line]] : [],
      ),
    );

  it('are there for every view that truly failed, whatever the share', () => {
    const told = new Set(named(run, 'view_change').map(viewOf));
    expect(failedViews().size).toBeGreaterThan(2);
    for (const view of failedViews().keys()) expect(told.has(view), `view ${view}`).toBe(true);
  });

  it('show cause, culprit and timer, and begin when the timer expired', () => {
    let shown = 0;
    for (const span of named(run, 'view_change')) {
      const line = failedViews().get(viewOf(span));
      if (line === undefined) continue;
      const { attributes, error } = span;
      expect(attributes['hotstuff.cause']).toBe(line.cause);
      expect(attributes['hotstuff.culprits'] ?? []).toEqual(line.culprits);
      expect(attributes['hotstuff.timer_seconds']).toBeGreaterThanOrEqual(0.5);
      expect(error).toBe(line.cause);
      const expired = truth.times.get(`${span.source.validator} ${viewOf(span)} timed out`);
      if (expired !== undefined) expect(span.startUs).toBe(expired);
      shown++;
    }
    expect(shown).toBeGreaterThan(5);
    for (const [view, line] of failedViews()) {
      const starts = named(run, 'view_change').filter((span) => viewOf(span) === view);
      expect(Math.min(...starts.map(({ startUs }) => startUs))).toBe(line.at_us);
    }
  });

  it('link the failed view to the next one, which is kept too and links back', () => {
    const byId = new Map(run.spans.map((span) => [span.spanId, span]));
    let links = 0;
    for (const span of named(run, 'view_change')) {
      for (const link of span.links) {
        const next = byId.get(link.spanId);
        if (next === undefined) continue;
        expect(next.traceId).toBe(link.traceId);
        expect(viewOf(next)).toBe(span.attributes['hotstuff.next_view']);
        expect(next.source.node).toBe(span.source.node);
        expect(next.links).toContainEqual({ traceId: span.traceId, spanId: span.spanId });
        links++;
      }
    }
    expect(links).toBeGreaterThan(5);
  });
});

describe('a view without a quorum', () => {
  it('names the validators whose votes did not come, where they are collected', async () => {
    const down = { atUs: 1_000_000, durationUs: 4_000_000 };
    const run = await traced({
      validators: 7,
      faults: [4, 5, 6].map((validator) => ({ kind: 'crash', validator, ...down }) as const),
    });
    const told = named(run, 'view_change').filter(
      ({ attributes }) => attributes['hotstuff.missing_validator_count'] !== undefined,
    );
    expect(told.length).toBeGreaterThan(0);
    for (const { attributes } of told) {
      expect(attributes['hotstuff.missing_validators']).toEqual([
        'validator-4',
        'validator-5',
        'validator-6',
      ]);
      expect(attributes['hotstuff.missing_validator_count']).toBe(3);
    }
  });
});

describe('other protocols', () => {
  it('have the second phase in the basic form', async () => {
    const truth = truthOf();
    const run = await traced({ protocol: 'hotstuff2-basic', durationUs: 2_000_000, watch: truth.watch });
    const second = named(run, 'second_vote');
    expect(second.length).toBeGreaterThan(50);
    expect(named(run, 'dc').length).toBeGreaterThan(50);
    for (const span of second)
      expect(span.endUs).toBe(truth.times.get(`${span.source.validator} ${viewOf(span)} vote2`));
  });
});
