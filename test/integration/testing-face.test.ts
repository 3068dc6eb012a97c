/**
 * `quorumscope/testing` as a node's author has it: from the built package, under node:test and vitest, by the printed
 * examples of its document and by the example suite; and the replay command that its failures name.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as face from '../../simulator/testing/index.js';
import { Child } from '../support/child.js';

const root = join(import.meta.dirname, '../..');
const suite = join(root, 'examples/node-test-suite');
const promtool = spawnSync('promtool', ['--version']).error === undefined;
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

const { checkPrometheusExport, runScenario } = (await import(
  join(root, 'dist/simulator/testing/index.js')
)) as typeof face;

async function passes(args: readonly string[]): Promise<string> {
  // A runner that finds itself inside another reports to that one.
  const child = new Child(process.execPath, args, { NODE_TEST_CONTEXT: undefined, VITEST: undefined });
  expect(await child.exited, child.output).toBe(0);
  return child.output;
}

describe('the example suite', () => {
  it('passes under node:test', async () => {
    expect(await passes(['--test', join(suite, 'node-test/')])).toMatch(/pass 5\b[^]*fail 0\b/);
  });

  it('passes under vitest', async () => {
    expect(await passes([vitest, 'run', '--root', suite])).toMatch(/Tests +5 passed \(5\)/);
  });

  it('uses nothing of ours but the two entries', () => {
    for (const runner of ['node-test', 'vitest']) {
      const source = readFileSync(join(suite, runner, 'metrics.test.mjs'), 'utf8');
      const imported = [...source.matchAll(/ from '([^']+)'/g)].map(([, specifier]) => specifier);
      const expected = [
        runner === 'vitest' ? 'vitest' : 'node:test',
        'quorumscope/hooks',
        'quorumscope/testing',
      ];
      expect(imported).toEqual([...expected, '../tiny-node.mjs']);
    }
  });
});

describe('the examples of docs/TESTING.md', () => {
  const text = readFileSync(join(root, 'docs/TESTING.md'), 'utf8');
  const examples = [...text.matchAll(/<!-- example: (\S+) -->\s*```js\n([^]*?)```/g)].map(
    ([, name = '', code = '']) => ({ name, code }),
  );
  let folder: string;

  beforeAll(() => {
    // Inside the package, so that its entries resolve as they do for a user.
    folder = mkdtempSync(join(root, 'dist', 'testing-'));
    for (const { name, code } of examples) {
      mkdirSync(join(folder, name));
      // A user's project has a configuration of its own; without one vitest would find ours.
      writeFileSync(join(folder, name, 'vitest.config.mjs'), 'export default {};\n');
      writeFileSync(join(folder, name, 'example.test.mjs'), code);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are all run here', () => {
    expect(examples.map(({ name }) => name)).toEqual([
      ...['node-test', 'vitest', 'collector', 'scenario', 'load', 'ship', 'checks'],
    ]);
    expect(text.match(/```js\n/g)).toHaveLength(examples.length);
  });

  it.each(examples)('$name', async ({ name, code }) => {
    const file = join(folder, name, 'example.test.mjs');
    if (name === 'vitest') {
      const output = await passes([vitest, 'run', '--root', join(folder, name)]);
      expect(output).toMatch(/Tests +2 passed/);
    } else await passes(code.includes("'node:test'") ? ['--test', file] : [file]);
  });
});

describe('the replay command', () => {
  it('of the command line runs the same again', async () => {
    const { result, replay } = await runScenario({
      durationUs: 3_000_000,
      protocol: 'hotstuff2-basic',
      workload: { transactionsPerSecond: 30 },
      faults: [
        { kind: 'slow', validator: 'node-1', atUs: 500_000, delayUs: 7_000 },
        { kind: 'crash', validator: 3, atUs: 1_000_000 },
        { kind: 'heal', validator: 3, atUs: 2_000_000 },
      ],
    });
    const [program, ...args] = replay.split(' ');
    expect(program).toBe('quorumscope');
    const child = Child.cli([...args, '--json']);
    expect(await child.exited, child.output).toBe(0);
    expect(child.output).toContain(`"digest": "${result.digest}"`);
  });

  it('as a line of Node does too', async () => {
    const { result, replay } = await runScenario({
      conditions: 'lossy',
      durationUs: 1_000_000,
      chain: "it's mine",
    });
    const child = new Child('sh', ['-c', replay]);
    expect(await child.exited, child.output).toBe(0);
    expect(child.output).toContain(result.digest);
  });
});

it.skipIf(!promtool)(
  `a page is judged by promtool too${promtool ? '' : ' (promtool is missing: Debian package prometheus)'}`,
  async () => {
    const run = await runScenario({ durationUs: 1_000_000, workload: { transactionsPerSecond: 50 } });
    const { problems, figures } = await checkPrometheusExport(run, { promtool: 'required' });
    expect(problems).toEqual([]);
    expect(figures['promtool']).toBe(1);

    const unlinted = '# HELP a_milliseconds How long.\n# TYPE a_milliseconds gauge\na_milliseconds 1\n';
    expect((await checkPrometheusExport(unlinted, { promtool: 'never' })).problems).toEqual([]);
    expect((await checkPrometheusExport(unlinted)).problems.join('\n')).toMatch(/promtool: .*a_milliseconds/);
  },
);
