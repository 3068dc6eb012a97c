import { describe, expect, it } from 'vitest';
import { applyMapping } from '../../../../src/attach/scrape/apply-mapping.js';
import { parseMapping } from '../../../../src/attach/scrape/mapping.js';
import { readPage } from '../../../../src/attach/scrape/parse-page.js';
import { loadMapping, shippedMappings } from '../../../../src/attach/scrape/shipped-mappings.js';
import { aptosPage, cometPage, hotshotPage } from './pages.js';

const valuesOf = (page: string, mapping: string): Record<string, number> => {
  const { series } = applyMapping(readPage(page), loadMapping(mapping));
  return Object.fromEntries(series.map(({ metric, value }) => [metric, value]));
};

describe('a mapping', () => {
  it('is shipped for three families of nodes, which share names', () => {
    expect(shippedMappings()).toEqual(['aptos', 'cometbft', 'hotshot']);
    expect(valuesOf(hotshotPage, 'hotshot')).toEqual({
      node_view: 7,
      node_last_committed_view: 4,
      node_view_timeouts_total: 3,
      node_peers: 4,
    });
    expect(valuesOf(cometPage, 'cometbft')).toEqual({
      node_committed_height: 1024,
      node_block_interval_seconds_sum_total: 5120.5,
      node_block_interval_seconds_count_total: 1023,
      node_peers: 12,
    });
    expect(valuesOf(aptosPage, 'aptos')).toEqual({
      node_view: 88,
      node_view_timeout_seconds: 1.5,
      node_view_timeouts_total: 2,
      node_peers: 7,
    });
    const diem = aptosPage.replaceAll('aptos_consensus', 'diem_consensus');
    expect(valuesOf(diem, 'aptos')['node_view']).toBe(88);
  });

  it('gives a name one kind and one set of labels in every shipped file', () => {
    const shapes = new Map<string, string>();
    for (const { name, metrics } of shippedMappings().map(loadMapping))
      for (const { to, kind, labels } of metrics) {
        const shape = JSON.stringify([kind, labels]);
        expect(shapes.get(to) ?? shape, `${to} in ${name}`).toBe(shape);
        shapes.set(to, shape);
        expect(to.endsWith('_total'), `${to} in ${name}`).toBe(kind === 'counter');
      }
  });

  it('selects series by labels, keeps some labels and merges the rest', () => {
    const mapping = parseMapping(
      `{name: own, about: mine, metrics: [
        {from: sent, to: out_total, help: h, where: {ok: "1"}, labels: [kind]},
        {from: sent, to: most, help: h, kind: gauge, merge: max}, {from: gone, to: other, help: h}]}`,
      'f',
    );
    const page = readPage(
      '# TYPE sent counter\nsent{ok="1",kind="a",peer="1"} 2\nsent{ok="1",kind="a",peer="2"} 3\nsent{ok="0",kind="a"} 9\nrest 1\n',
    );
    const { metrics, series, names, absent } = applyMapping(page, mapping);
    expect(metrics.map(({ metric, kind }) => [metric, kind])).toEqual([
      ['out_total', 'counter'],
      ['most', 'gauge'],
    ]);
    expect(series).toEqual([
      { metric: 'out_total', labels: { kind: 'a' }, value: 5 },
      { metric: 'most', labels: {}, value: 9 },
    ]);
    expect(names.get('rest')).toBeNull();
    expect(absent.map(({ to }) => to)).toEqual(['other']);
  });

  it('says everything that is wrong with it, and where', () => {
    const wrong = `{name: Own, about: x, metrics: [{from: "1a", to: hotstuff_x, help: h}, {from: a, to: b, help: h, typo: 1}]}`;
    expect(() => parseMapping(wrong, 'my.yaml')).toThrow(
      /my\.yaml: name: .*metrics\.0\.from.*metrics\.0\.to: .*are ours.*metrics\.1: .*typo/s,
    );
    expect(() => parseMapping('[', 'my.yaml')).toThrow('my.yaml');
    const twice =
      '{name: o, about: x, metrics: [{from: a, to: b, help: h}, {from: c, to: b, help: h, labels: [x]}]}';
    expect(() => parseMapping(twice, 'f')).toThrow('metrics.1: b has other labels');
    expect(() => loadMapping('apots')).toThrow('aptos, cometbft, hotshot');
    expect(() => loadMapping('/no/such.yaml')).toThrow('cannot read');
  });
});
