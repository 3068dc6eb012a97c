import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRuleFiles } from '../../../../src/alerts/rules/rule-file.js';
import { runRuleTests } from '../../../../src/alerts/testing/run-tests.js';
import { readTestFile } from '../../../../src/alerts/testing/test-file.js';
import { WallClock } from '../../../../src/base/clock.js';

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../../alerts', name), 'utf8');

async function run(tests: string): Promise<readonly string[]> {
  const rules = readRuleFiles([{ name: 'patterns.yml', text: read('patterns.yml') }]);
  const { file, problems } = readTestFile('patterns-test.yml', tests);
  expect([...rules.problems, ...problems]).toEqual([]);
  return runRuleTests(file, rules.groups, new WallClock());
}

describe('the shipped patterns', () => {
  it('find what their tests say, and nothing else', async () => {
    expect(await run(read('patterns-test.yml'))).toEqual([]);
  });

  it('would not, with one event less', async () => {
    const fewer = read('patterns-test.yml').replace(/^ *- \{ at: 70s.*\n/m, '');
    expect((await run(fewer)).join('\n')).toContain('alertname: HotStuffLeaderFailsAgain, time: 90s');
  });
});

describe('events of a test', () => {
  it('are refused where no node could state them, each with its place', () => {
    const { problems } = readTestFile(
      't.yml',
      `tests:
  - input_events:
      - {at: 1s, node: n, type: process.start}
      - {at: 1s, type: process.started}
      - {node: n, type: process.started}
      - {at: 1s, node: n, type: process.stopped}
      - {at: 1s, node: n, type: process.stopped, reason: because}
      - {at: 1s, node: n, type: process.stopped, reason: error, color: red}
`,
    );
    expect(problems.map(({ where, message }) => `${where} ${message}`)).toEqual([
      't.yml:3:9 found type "process.start", expected an event of docs/EVENTS.md',
      't.yml:4:9 node is missing',
      't.yml:5:9 at is missing',
      't.yml:6:9 process.stopped needs reason: Why.',
      expect.stringMatching(/^t\.yml:7:9 .*reason/) as string,
      't.yml:8:9 process.stopped has no field color',
    ]);
  });
});
