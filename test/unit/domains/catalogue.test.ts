import { describe, expect, it } from 'vitest';
import { allMetrics, catalogues } from '../../../src/domains/catalogue.js';
import { domainMetrics } from '../../../src/domains/domain-metrics.js';
import { domains, schemas, type EventType, type HelloEvent } from '../../../src/events/vocabulary.js';
import { latencyBuckets } from '../../../src/domains/buckets.js';
import type { EventSchema, Field } from '../../../src/events/schema.js';
import { definitionProblems, nodeLabels } from '../../../src/metrics/definition.js';
import { TestStream, type TestNode } from './stream.js';

/** Values that no condition of an observer rejects, by field name where the kind does not suffice. */
function sample(name: string, field: Field, turn: number): unknown {
  const named: Record<string, unknown> = {
    peer: 'v2',
    validator: 'v1',
    leader: 'v1',
    syncing: false,
    depth: turn % 2,
  };
  if (name in named) return named[name];
  if (name === 'proposed_at_us' || name === 'admitted_at_us' || name === 'submitted_at_us')
    return 1_699_999_999_000_000;
  switch (field.kind) {
    case 'enum':
      return field.values![turn % field.values!.length];
    case 'bool':
      return turn % 2 === 0;
    case 'id':
    case 'text':
      return `${name}-1`;
    case 'ids':
      return ['v1', 'v2'];
    case 'amounts':
      return Object.fromEntries(field.values!.map((key) => [key, 5]));
    case 'labels':
    case 'sequences':
      return {};
    case 'bounds':
      return [1, 2];
    case 'validators':
      return set(9);
    case 'uint':
    case 'uint64':
    case 'int':
    case 'number':
    case 'duration':
    case 'weight':
      return grown++;
  }
}

/** Later statements hold higher numbers, so that whoever spoke last of a maximum shows. */
let grown = 1000;

const set = (power: number) => [
  { id: 'v1', power },
  { id: 'v2', power: 1 },
];

/** Every value of every enum once, every optional field present. */
function variants(schema: EventSchema): Record<string, unknown>[] {
  const fields = Object.entries(schema.fields);
  const turns = Math.max(2, ...fields.map(([, field]) => field.values?.length ?? 1));
  return Array.from({ length: turns }, (_, turn) =>
    Object.fromEntries(fields.map(([name, field]) => [name, sample(name, field, turn)])),
  );
}

/**
 * What the board shows at several moments, by metric, while two validators live through views of every
 * kind and say everything there is to say.
 */
function everything(without?: EventType): Map<string, string> {
  const stream = new TestStream();
  const nodes = (['v1', 'v2'] as const).map((validator) =>
    stream.node(`n-${validator}`, {
      validator,
      validators: set(1),
      protocol: 'hotstuff2-chained',
      view_timeout_us: 450_000,
    } satisfies Partial<HelloEvent>),
  );
  const say = (node: TestNode, type: string, body: Record<string, unknown>): void => {
    if (type !== without) node.say(type as EventType, body);
  };
  const generic = schemas.filter(({ domain }) => domain in domains && domain !== 'metric');
  let isSplit = false;
  let currentView = 100_000;
  grown = 1000;
  const views = (second: number): void => {
    const view = ++currentView;
    nodes.forEach((node, i) => {
      const other = i === 0 ? 'v2' : 'v1';
      const block = `b${view}`;
      const common = { view, block, validator: other, height: view, transactions: second % 2 };
      const failed = second % 5 === 4;
      say(node, 'consensus.view_entered', {
        view,
        trigger: second % 5 === 0 ? 'tc' : 'qc',
        leader: second % 4 === 1 ? 'v2' : 'v1',
        timeout_us: 900_000,
      });
      stream.clock.advance(1000);
      if (failed) return say(node, 'consensus.view_timed_out', { view });
      const proposal = { ...common, parent: 'p', justify_view: view - 1 };
      say(node, second % 2 === 0 ? 'consensus.proposal_sent' : 'consensus.proposal_received', proposal);
      stream.clock.advance(1000);
      say(node, 'consensus.vote_sent', { ...common, vote: 'vote1' });
      stream.clock.advance(1000);
      // The first votes, second ones in every other view; one of the two is late now and then, and then absent.
      const voted = { ...common, vote: 'vote1' };
      say(node, 'consensus.vote_received', { ...voted, validator: 'v1' });
      stream.clock.advance(1000);
      // Towards the end of a minute it falls silent.
      if (second % 7 < 5 && second < 40) say(node, 'consensus.vote_received', { ...voted, validator: 'v2' });
      say(node, second % 3 === 0 ? 'consensus.qc_formed' : 'consensus.qc_received', common);
      stream.clock.advance(1000);
      if (second % 7 === 5 && second < 40)
        say(node, 'consensus.vote_received', { ...voted, validator: 'v2', late_us: 1000 });
      if (second % 2 === 0) {
        say(node, 'consensus.vote_received', { ...voted, validator: 'v1', vote: 'vote2' });
        stream.clock.advance(1000);
        if (second < 40) say(node, 'consensus.vote_received', { ...voted, validator: 'v2', vote: 'vote2' });
        say(node, second % 4 === 0 ? 'consensus.dc_formed' : 'consensus.dc_received', common);
      }
      if (second % 4 === 0) say(node, 'consensus.high_qc_updated', { view: view + 1, block });
      stream.clock.advance(1000);
      say(node, 'consensus.block_committed', common);
      say(node, 'network.message_sent', { message: 'vote1', peer: other, bytes: 100 });
      if (second % 4 !== 0 && !isSplit)
        say(node, 'network.message_received', { message: 'vote1', peer: other, bytes: 100 });
    });
  };
  const said = (order: readonly EventSchema[]): void => {
    for (const schema of order)
      for (const body of variants(schema)) for (const node of nodes) say(node, schema.type, body);
  };
  const shown = new Map<string, string>();
  const look = (): void => {
    for (const [name, series] of stream.contents()) shown.set(name, `${shown.get(name) ?? ''}\n${series}`);
  };
  for (const seconds of [1, 3, 5, 61, 65]) {
    said(seconds % 3 === 0 ? [...generic].reverse() : generic);
    look();
    isSplit = seconds === 65;
    stream.pass(seconds, views);
    look();
  }
  for (const node of nodes) {
    const three = [...set(1), { id: 'v3', power: 1 }];
    say(node, 'consensus.epoch_changed', { epoch: 99_999_999, view: 1, validators: three });
  }
  look();
  return shown;
}

describe('the catalogue', () => {
  const contents = everything();

  it('has no metric that nothing feeds', () => {
    const dead = [...allMetrics].filter(([name, { fedBy }]) => {
      // Verdicts need views that make sense: their own tests feed these.
      if (fedBy.includes('verdict')) return false;
      const series = contents.get(name);
      return series === undefined || series.split('\n').every((line) => /^$|,\[[0,]*\]\]$/.test(line));
    });
    expect(dead.map(([name]) => name)).toEqual([]);
  });

  it('says of every metric which events feed it, no more and no fewer', { timeout: 60_000 }, () => {
    // What a verdict is reached from is everything that was said; its own tests hold it.
    const ofEvents = [...allMetrics].filter(([, { fedBy }]) => !fedBy.includes('verdict'));
    const found = new Map(ofEvents.map(([name]) => [name, new Set<string>()]));
    for (const schema of schemas.slice(2)) {
      if (schema.domain === 'metric') continue;
      const without = everything(schema.type as EventType);
      for (const [name, feeding] of found)
        if (without.get(name) !== contents.get(name)) feeding.add(schema.type);
    }
    const declared = ofEvents.map(([name, { fedBy }]) => [
      name,
      fedBy.filter((event) => event !== 'hello').sort(),
    ]);
    // A finding takes statements that contradict each other, of which this chain makes only some.
    const isFinding = (name: string): boolean => name.endsWith('findings_total');
    for (const [name, feeding] of found) {
      if (!isFinding(name)) continue;
      const { fedBy } = allMetrics.get(name)!;
      for (const event of feeding) expect(fedBy, name).toContain(event);
      for (const event of fedBy) feeding.add(event);
    }
    const seen = [...found].map(([name, feeding]) => [name, [...feeding].sort()]);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(declared));
  });

  it('keeps to the conventions of names, units, help and labels', () => {
    for (const metric of [...allMetrics.values(), ...Object.values(domainMetrics)]) {
      expect(definitionProblems(metric)).toEqual([]);
      expect(metric.help, metric.name).toMatch(/^[A-Z].*\.$/s);
      expect(metric.name).not.toMatch(/_(us|ms|kb|mb|percent|count|sum|bucket)(_|$)/);
      const unit = /_(seconds|bytes|ratio)(_total)?$/.exec(metric.name)?.[1];
      expect(metric.unit, metric.name).toBe(unit);
    }
    for (const metric of allMetrics.values()) {
      expect(metric.labels[0]).toBe('chain_id');
      const isOfNode = metric.labels.includes('node_id');
      expect(metric.labels.slice(0, 2).join() === nodeLabels.join(), metric.name).toBe(isOfNode);
      for (const forbidden of ['view', 'height', 'block', 'hash', 'tx', 'peer', 'address', 'error'])
        expect(metric.labels, metric.name).not.toContain(forbidden);
    }
  });

  it('names each metric once, and after its domain', () => {
    const names = Object.values(catalogues).flatMap((metrics) =>
      Object.values(metrics).map(({ name }) => name),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const [domain, metrics] of Object.entries(catalogues))
      for (const { name } of Object.values(metrics))
        if (!['hotstuff_validator_info', 'hotstuff_node_info'].includes(name))
          expect(name.startsWith(`hotstuff_${domain}_`)).toBe(true);
  });

  it('measures counts in counts: no bounds of seconds on a metric without that unit', () => {
    for (const metric of allMetrics.values())
      if (metric.bounds?.join() === latencyBuckets.join()) expect(metric.unit).toBe('seconds');
  });
});
