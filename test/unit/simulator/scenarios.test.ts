/** Every bundled scenario runs, does what it says, and its truth holds what it requires; wrong files are refused. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { QuorumscopeError } from '../../../src/base/errors.js';
import {
  createSimulation,
  EventLoss,
  isFaultLine,
  loadScenario,
  scenarioNames,
  simulationOf,
  type ResolvedExpectation,
  type TruthLine,
} from '../../../simulator/main.js';

/** Enough for every fault of every file to happen. */
const VIEWS = 600;

/** What one line of the truth amounts to, in the words of expectations, and who is named by it. */
function conclusions(line: TruthLine): (readonly [name: string, culprits: readonly string[]])[] {
  if (isFaultLine(line)) return line.fault === 'clock' ? [['divergence/clock_skew', line.validators]] : [];
  // A vote that is kept back proves nothing against anybody: what shows is that somebody is not heard.
  if (line.type === 'deed' && line.deed === 'vote_withheld')
    return [['participation/silent', [line.validator]]];
  if (line.type === 'deed') return [[`byzantine/${line.deed}`, [line.validator]]];
  if (line.type === 'violation')
    return line.violation === 'S1' ? [['safety/conflicting_commit', line.culprits]] : [];
  return [line, ...Object.values(line.own)].map(({ cause, culprits }) => [cause, culprits]);
}

const nameOf = (expectation: ResolvedExpectation): string =>
  'cause' in expectation
    ? expectation.cause
    : 'finding' in expectation
      ? expectation.finding
      : expectation.alert;

function covers(expectation: ResolvedExpectation, name: string): boolean {
  const pattern = nameOf(expectation);
  if ('alert' in expectation || 'cause' in expectation === name.includes('/')) return false;
  if (pattern === '*') return true;
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

async function run(name: string, seed: number) {
  const { expect: expected, breaks, sidecar, ...options } = simulationOf(loadScenario(name), seed);
  const truth: TruthLine[] = [];
  const maxViews = Math.min(options.maxViews ?? VIEWS, VIEWS);
  const result = await createSimulation({
    ...options,
    maxViews,
    truth: (line) => truth.push(line),
  }).run();
  const named = new Map<string, Set<string>>();
  for (const [cause, culprits] of truth.flatMap(conclusions))
    named.set(cause, new Set([...(named.get(cause) ?? []), ...culprits]));
  return { expected, breaks, sidecar, options, truth, result, named };
}

describe('the bundled scenarios', () => {
  const names = scenarioNames();

  it('cover every row of the table, each file under its own name', () => {
    const rows = new Set(names.map((name) => loadScenario(name).row));
    const missing = Array.from({ length: 28 }, (_, i) => i + 1).filter((row) => !rows.has(row));
    expect(missing).toEqual([]);
    for (const name of names) expect(loadScenario(name).name).toBe(name);
  });

  it.each(names)('%s', async (name) => {
    const { expected, breaks, options, truth, result, named } = await run(name, 1);
    const happened = truth.filter(isFaultLine).filter(({ phase }) => phase === 'begin').length;
    if ((options.faults ?? []).length > 0) expect(happened).toBeGreaterThan(0);
    for (const expectation of expected.required) {
      const culprits = named.get(nameOf(expectation));
      expect(culprits, nameOf(expectation)).toBeDefined();
      if (expectation.culprits !== undefined)
        expect([...(culprits ?? [])].sort()).toEqual([...expectation.culprits].sort());
    }
    for (const expectation of expected.forbidden)
      expect([...named.keys()].filter((one) => covers(expectation, one))).toEqual([]);
    const broken = new Set(
      [...result.safety.violations, ...result.liveness.violations].map(({ rule }) => rule),
    );
    if (breaks[0] !== undefined) expect(broken).toContain(breaks[0]);
    expect([...broken].filter((rule) => !breaks.includes(rule))).toEqual([]);
    expect(named.has('unknown')).toBe(false);
  });

  it('a hidden lock costs leaders without a wait a view in every rotation, and leaders with one none', async () => {
    const {
      breaks: _breaks,
      sidecar: _sidecar,
      expect: _expect,
      ...options
    } = simulationOf(loadScenario('16b-hidden-lock-no-wait'), 2);
    const refusals = async (negativeControls: typeof options.negativeControls): Promise<number> => {
      let count = 0;
      const proposalRejected = (_block: unknown, _from: number, reason: string): void => {
        if (reason === 'below_lock') count++;
      };
      const watch = { observer: () => ({ proposalRejected }), committed: () => undefined };
      await createSimulation({ ...options, negativeControls, watch }).run();
      return count;
    };
    expect(await refusals({ noLeaderWait: true })).toBeGreaterThanOrEqual(3);
    expect(await refusals({})).toBe(0);
  });

  it('are the same with the same seed and differ with others', () => {
    const scenario = loadScenario('01a-leader-crash');
    const runs = Array.from({ length: 20 }, (_, seed) => simulationOf(scenario, seed));
    expect(simulationOf(scenario, 7)).toEqual(runs[7]);
    expect(new Set(runs.map(({ expect: { required } }) => String(required[0]?.culprits))).size).toBe(4);
    expect(new Set(runs.map(({ faults }) => faults?.[0]?.atUs)).size).toBeGreaterThan(10);
  });
});

function problemsOf(text: string): string[] {
  const path = join(mkdtempSync(join(tmpdir(), 'quorumscope-scenario-')), 'own.yaml');
  writeFileSync(path, text);
  try {
    loadScenario(path);
    return [];
  } catch (error) {
    const { problems } = (error as QuorumscopeError).details as {
      problems: { where: string; path: string; message: string }[];
    };
    return problems.map(
      ({ where, path: at, message }) => `${where.replace(/^.*own\.yaml/, '')} ${at} ${message}`,
    );
  }
}

const head = 'name: 99-own\ntitle: Own\ndescription: Own.\nduration: 5s\nexpect: {}\n';

describe('a file of one’s own', () => {
  it('is taken', () => {
    expect(
      problemsOf(`${head}faults: [{kind: crash, validators: [v0, 1], at: 1s, every: 1s, repeat: 4}]\n`),
    ).toEqual([]);
  });

  it('is refused with every problem, where it stands', () => {
    const text = `${head}validators: 1\nnetwrk: {}\nfaults:\n  - {kind: crash, validator: v0, at: soon}\n  - {kind: slow, validator: v0}\n  - {kind: meteor}\n`;
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
      ':6:1 validators',
      ':7:1 netwrk',
      ':9:34 faults[0].at',
      ':10:5 faults[1].delay',
      ':11:6 faults[2].kind',
    ]);
    expect(problems[0]).toContain('found 1, expected');
    expect(problems[2]).toContain('found "soon", expected a duration, or two such as 5s..8s');
  });

  it('is refused where it does not fit together', () => {
    const text = `${head}who: {a: v9}\nfaults: [{kind: loss, ratio: 0.95, transport: stream}, {kind: crash, validator: $b}, {kind: crash}]\n`;
    const problems = problemsOf(text);
    expect(problems).toHaveLength(4);
    expect(problems[0]).toMatch(/^:6:\d+ who\.a found validator 9 of 4/);
    expect(problems[1]).toContain('faults[0] ratio: found 0.95, expected at most 0.9');
    expect(problems[2]).toContain('faults[1] found $b, which is no name of who');
    expect(problems[3]).toContain('faults[2] found crash of nobody');
  });

  it('is refused where it is no YAML, or neither there nor bundled', () => {
    expect(problemsOf('a: [')[0]).toMatch(/^:\d+:\d+ {2}no valid YAML/);
    expect(() => loadScenario('no-such-scenario')).toThrow('there is no scenario');
    expect(() => loadScenario('./no-such.yaml')).toThrow('cannot read the scenario');
  });
});

describe('the seed draws', () => {
  const runOf = (rest: string, seed = 1) => {
    const path = join(mkdtempSync(join(tmpdir(), 'quorumscope-scenario-')), 'own.yaml');
    writeFileSync(path, `${head}validators: 7\n${rest}`);
    return simulationOf(loadScenario(path), seed);
  };

  it('distinct validators, neighbours, and spread ones', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { faults } = runOf(
        'who: {a: any, b: any, near: {adjacent: 2}, far: {spread: 2}, rest: {others: $a}}\n' +
          'faults:\n  - {kind: partition, groups: [$a, $b]}\n  - {kind: partition, groups: [$near]}\n' +
          '  - {kind: partition, groups: [$far]}\n  - {kind: one_way_partition, from: $a, to: $rest}\n',
        seed,
      );
      const groups = (faults ?? []).map((fault) =>
        'groups' in fault ? fault.groups.flat().map(Number) : [],
      );
      expect(new Set(groups[0]).size).toBe(2);
      expect(((groups[1]?.[1] ?? 0) - (groups[1]?.[0] ?? 0) + 7) % 7).toBe(1);
      expect(((groups[2]?.[1] ?? 0) - (groups[2]?.[0] ?? 0) + 7) % 7).toBe(3);
      expect(faults?.[3]).toMatchObject({ from: [groups[0]?.[0]] });
      expect((faults?.[3] as unknown as { to: unknown[] }).to).toHaveLength(6);
    }
  });

  it('who leads at a time: that view is the one that fails', async () => {
    const options = runOf(
      'shift: 0..1s\nwho: {leads: {leader_at: 2s}}\nfaults: [{kind: crash, validator: $leads, at: 2s}]\n',
      5,
    );
    const truth: TruthLine[] = [];
    await createSimulation({ ...options, truth: (line) => truth.push(line) }).run();
    const first = truth.find((line) => !isFaultLine(line) && line.type === 'view');
    const crashed = `validator-${String((options.faults?.[0] as { validator: number }).validator)}`;
    expect(first).toMatchObject({ culprits: [crashed] });
  });

  it('a fault again and again, of each validator in turn', () => {
    const { faults } = runOf(
      'faults: [{kind: crash, validators: [1, 3], at: 1s, for: 1s, every: 2s, repeat: 3}]\n',
    );
    expect(faults?.map((fault) => [(fault as { validator: number }).validator, fault.atUs])).toEqual([
      [1, 1_000_000],
      [3, 3_000_000],
      [1, 5_000_000],
    ]);
  });
});

describe('events on their way', () => {
  it('are lost as often as said, at whom and when said, the same with the same seed', () => {
    const faults = [
      { kind: 'event_loss', nodes: ['node-1'], ratio: 0.25, fromUs: 1_000, untilUs: 3_000 },
      { kind: 'restart', atUs: 5 },
    ] as const;
    const lose = (seed: number): boolean[] => {
      const loss = new EventLoss(faults, seed);
      return Array.from({ length: 4_000 }, (_, us) => loss.loses('node-1', us));
    };
    const lost = lose(1);
    expect(lost.slice(0, 1_000)).not.toContain(true);
    expect(lost.slice(3_000)).not.toContain(true);
    const share = lost.filter(Boolean).length / 2_000;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
    expect(lose(1)).toEqual(lost);
    expect(lose(2)).not.toEqual(lost);
    expect(new EventLoss(faults, 1).loses('node-2', 2_000)).toBe(false);
  });
});
