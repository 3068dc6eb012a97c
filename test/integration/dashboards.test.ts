/**
 * Every question of every shipped panel, asked of a running sidecar with a simulated network attached: a validator crashes,
 * another cheats, clients submit transactions, disks take time. What has no answer there stands on a list, with why.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withChoices } from '../../src/dashboards/choices.js';
import { execFileSync } from 'node:child_process';
import { isInstalled } from '../support/database.js';
import { Child } from '../support/child.js';
import { silentMetrics, silentThresholds } from '../support/silent-panels.js';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly panels?: readonly Panel[];
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

const folder = join(import.meta.dirname, '../../dashboards');
const questions = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => {
    const { panels } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { panels: readonly Panel[] };
    return panels
      .flatMap((one) => [one, ...(one.panels ?? [])])
      .flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
      );
  });
const silent = Object.values(silentMetrics).flat();
const PATIENCE_MS = 90_000;

const names = (expr: string): string[] =>
  (expr.match(/\b(?:hotstuff|quorumscope)_\w+|\bALERTS\b/g) ?? []).map((name) =>
    name.replace(/_bucket$/, ''),
  );
const isSilent = (expr: string): boolean =>
  names(expr).some((name) => silent.includes(name)) ||
  silentThresholds.some((name) => expr.includes(`"${name}"`));

describe('the panels of the shipped dashboards', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'quorumscope-dashboards-'));
  const socket = `unix://${join(temporary, 'events.sock')}`;
  let sidecar: Child;
  let network: Child;
  let url: string;

  /** Whether there is a number; throws where the question itself is not understood. */
  const isAnswered = async (expr: string): Promise<boolean> => {
    const body = new URLSearchParams({ query: withChoices(expr, { rateInterval: '30s', range: '1m' }) });
    const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
    const { status, error, data } = (await response.json()) as Answer;
    if (status !== 'success') throw new Error(`${expr}: ${error}`);
    return data!.result.some(({ value }) => value[1] !== 'NaN');
  };

  beforeAll(async () => {
    const config = join(temporary, 'quorumscope.yaml');
    const exporter = `exporters: { copy: { kind: file, path: ${join(temporary, 'copy.jsonl')}, interval: 1s } }`;
    writeFileSync(
      config,
      `metrics: { window: 5s }\nnotify: { log: true }\ndata: { dir: ${join(temporary, 'data')} }\nattach: { record: { file: ${join(temporary, 'all.ndjson')} } }\n${exporter}\n`,
    );
    sidecar = Child.cli(['run', '--config', config, '--listen', '127.0.0.1:0', '--socket', socket]);
    url = `http://${(await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/))[1]!}`;
    network = Child.cli([
      'simulate',
      ...['--speed', 'realtime', '--attach', socket, '--machines', 'modelled', '--transactions', '100'],
      ...['--timeout', '300ms', '--crash', 'v3@4s', '--heal', 'v3@7s'],
      ...['--fault', 'byzantine validator=v2 behaviour=equivocate at=9s'],
    ]);
  });

  afterAll(async () => {
    await Promise.all([network?.stop(), sidecar?.stop()]);
    rmSync(temporary, { recursive: true, force: true });
  });

  it('are all understood, and answered unless it is known why not', async () => {
    for (const { expr } of questions) await isAnswered(expr);
    let open = questions.filter(({ expr }) => !isSilent(expr));
    expect(open.length).toBeGreaterThan(300);
    const deadline = performance.now() + PATIENCE_MS;
    while (open.length > 0 && performance.now() < deadline) {
      const still: typeof open = [];
      for (const question of open) if (!(await isAnswered(question.expr))) still.push(question);
      open = still;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(
      open.map(({ where, expr }) => `${where}: ${expr}`),
      network.output,
    ).toEqual([]);
  });

  it('are silent for reasons that still stand on a panel', () => {
    const asked = new Set(questions.flatMap(({ expr }) => names(expr)));
    expect(silent.filter((name) => !asked.has(name))).toEqual([]);
  });
});

describe.skipIf(!isInstalled('promtool'))(
  'the same questions (skipped without the Debian package `prometheus`)',
  () => {
    it("are read by Prometheus's own parser", () => {
      const rules = questions.map(({ expr }, i) => ({ record: `panel:${i}`, expr: withChoices(expr) }));
      const path = join(mkdtempSync(join(tmpdir(), 'quorumscope-promtool-')), 'panels.yml');
      writeFileSync(path, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      expect(execFileSync('promtool', ['check', 'rules', path], { encoding: 'utf8' })).toContain(
        `SUCCESS: ${questions.length} rules found`,
      );
    });
  },
);
