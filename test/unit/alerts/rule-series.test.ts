import { describe, expect, it } from 'vitest';
import { outputPage } from '../../../src/alerts/evaluation/output-page.js';
import { RuleOutputs } from '../../../src/alerts/evaluation/rule-outputs.js';
import { createExposition } from '../../../src/export/prometheus/exposition.js';
import { Board } from '../../../src/metrics/board.js';
import { Labels } from '../../../src/promql/labels.js';
import { parseSelector } from '../../../src/promql/parse.js';

const target = { job: 'quorumscope', instance: '127.0.0.1:1' };
const labels = (of: Readonly<Record<string, string>>): Labels => Labels.from(Object.entries(of));

async function page(outputs: RuleOutputs, shown: 'all' | 'alerts' | 'none'): Promise<string[]> {
  const exposition = createExposition({
    board: new Board(),
    others: () => outputPage(outputs, target, shown),
  });
  const text = Buffer.from(await exposition.render('text')).toString('utf8');
  return text.split('\n').filter((line) => /^(# TYPE )?(ALERTS|chain:)/.test(line));
}

function filled(): RuleOutputs {
  const outputs = new RuleOutputs(60_000);
  outputs.append(labels({ __name__: 'ALERTS', alertname: 'A', alertstate: 'firing', ...target }), 1000, 1);
  outputs.append(labels({ __name__: 'ALERTS', alertname: 'B', alertstate: 'pending', job: 'x' }), 1000, 1);
  outputs.append(labels({ __name__: 'ALERTS_FOR_STATE', alertname: 'A' }), 1000, 1_700_000_000);
  outputs.append(labels({ __name__: 'chain:age:seconds', chain_id: 'c' }), 1000, Number.NaN);
  return outputs;
}

describe('what rules give, on the page', () => {
  it('has a type, and the labels that a scrape does not add by itself', async () => {
    expect(await page(filled(), 'all')).toEqual([
      '# TYPE ALERTS gauge',
      'ALERTS{alertname="A",alertstate="firing"} 1',
      'ALERTS{alertname="B",alertstate="pending",job="x"} 1',
      '# TYPE ALERTS_FOR_STATE gauge',
      'ALERTS_FOR_STATE{alertname="A"} 1700000000',
      '# TYPE chain:age:seconds gauge',
      'chain:age:seconds{chain_id="c"} NaN',
    ]);
  });

  it('is only what was asked for', async () => {
    expect((await page(filled(), 'alerts')).some((line) => line.includes('chain:'))).toBe(false);
    expect(await page(filled(), 'none')).toEqual([]);
  });

  it('ends with the alert', async () => {
    const outputs = filled();
    outputs.append(
      labels({ __name__: 'ALERTS', alertname: 'A', alertstate: 'firing', ...target }),
      2000,
      'stale',
    );
    expect(await page(outputs, 'alerts')).not.toContain('ALERTS{alertname="A",alertstate="firing"} 1');
  });
});

describe('the series of rules', () => {
  it('are never more than their bound, and what is refused is counted', () => {
    const outputs = new RuleOutputs(1_000, 3);
    for (let i = 0; i < 5; i++) outputs.append(labels({ __name__: 'r', i: String(i) }), 1000, i);
    expect([...outputs.current()]).toHaveLength(3);
    expect(outputs.refused).toBe(2);
    outputs.append(labels({ __name__: 'r', i: '0' }), 1500, 7);
    outputs.forget(2100);
    outputs.append(labels({ __name__: 'r', i: '9' }), 2200, 9);
    const matchers = parseSelector('r');
    expect(outputs.select({ matchers, fromMs: 0, toMs: 3000 }).map(({ labels: l }) => l.get('i'))).toEqual([
      '0',
      '9',
    ]);
    expect(outputs.refused).toBe(2);
  });
});
