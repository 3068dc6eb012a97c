/**
 * Every question of every shipped panel, asked of a running sidecar with a simulated network attached whose validators
 * fail, take loads and write to modelled disks. What has no answer there stands on the list, with why.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withChoices } from '../../src/dashboards/choices.js';
import { Child, eventually } from '../support/child.js';

interface Target {
  readonly expr: string;
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly Target[];
  readonly panels?: readonly Panel[];
}

const folder = join(import.meta.dirname, '../../dashboards');
const targets = readdirSync(folder).flatMap((name) => {
  const { panels } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { panels: readonly Panel[] };
  return panels
    .flatMap((one) => [one, ...(one.panels ?? [])])
    .flatMap(({ title, targets: list = [] }) =>
      list.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
    );
});

/** Why a question may have no answer here: whatever asks for one of these metrics. */
const SILENT: readonly (readonly [RegExp, string])[] = [];

describe('the panels of the shipped dashboards', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'quorumscope-dashboards-'));
  const socket = `unix://${join(temporary, 'events.sock')}`;
  let sidecar: Child;
  let network: Child;
  let url: string;

  const ask = async (expr: string): Promise<number> => {
    const body = new URLSearchParams({ query: withChoices(expr, { rateInterval: '30s', range: '1m' }) });
    const answer = (await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).json()) as {
      status: string;
      error?: string;
      data?: { result: unknown[] };
    };
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data!.result.length;
  };

  beforeAll(async () => {
    sidecar = Child.cli([
      'run',
      '--listen',
      '127.0.0.1:0',
      '--socket',
      socket,
      '--set',
      'metrics.window=5s',
      '--set',
      `data.dir=${join(temporary, 'data')}`,
    ]);
    url = `http://${(await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/))[1]!}`;
    const faults = [
      '--crash',
      'v3@4s',
      '--heal',
      'v3@7s',
      '--fault',
      'byzantine validator=v2 behaviour=equivocate at=9s',
    ];
    network = Child.cli([
      'simulate',
      ...['--speed', 'realtime', '--attach', socket, '--machines', 'modelled'],
      ...['--transactions', '200', '--timeout', '300ms', ...faults],
    ]);
    await eventually(
      async () => ((await ask('hotstuff_consensus_validator_findings_total')) > 0 ? true : undefined),
      60_000,
      `findings; the network said ${network.output}`,
    );
  });

  afterAll(async () => {
    await Promise.all([network?.stop(), sidecar?.stop()]);
    rmSync(temporary, { recursive: true, force: true });
  });

  it('are answered, or are known to have no answer here', async () => {
    const empty: string[] = [];
    for (const { where, expr } of targets) if ((await ask(expr)) === 0) empty.push(`${where}: ${expr}`);
    const unexplained = empty.filter((one) => !SILENT.some(([pattern]) => pattern.test(one)));
    console.log(unexplained.join('\n'), targets.length, empty.length);
    expect(unexplained).toEqual([]);
  });
});
