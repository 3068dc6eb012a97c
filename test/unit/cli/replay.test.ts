/** `simulate --events` and `replay` as a pair: what was committed is what is counted. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWords } from './world.js';

interface ReplayDocument {
  readonly chains: readonly { chain: string; nodes: readonly { node: string; height: number }[] }[];
  readonly sources: readonly { node_id: string; received: number; processed: number; invalid: number }[];
  readonly metrics: readonly {
    name: string;
    series: readonly { labels: Record<string, string>; value: number }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-replay-'));
const events = join(folder, 'events.ndjson');
const truth = join(folder, 'truth.ndjson');

describe('a simulation replayed', () => {
  it('counts what the simulator says it committed, and loses nothing', async () => {
    const simulated = await runWords([
      ...['simulate', '--duration', '10s', '--seed', '7', '--crash', 'v2@2s', '--heal', 'v2@5s'],
      ...['--events', events, '--truth', truth, '--json'],
    ]);
    expect(simulated).toMatchObject({ code: 0, err: '' });
    const result = JSON.parse(simulated.out) as { blocks: { per_node: number[] } };
    expect(result.blocks.per_node[0]).toBeGreaterThan(50);

    const replayed = await runWords(['replay', events, '--json']);
    expect(replayed).toMatchObject({ code: 0, err: '' });
    const { chains, sources, metrics } = JSON.parse(replayed.out) as ReplayDocument;
    const committed = metrics.find(({ name }) => name === 'hotstuff_consensus_blocks_committed_total')!;
    expect(committed.series.map(({ value }) => value)).toEqual(result.blocks.per_node);
    expect(chains[0]!.nodes.map(({ height }) => height)).toEqual(result.blocks.per_node);
    for (const { received, processed, invalid } of sources) {
      expect(processed).toBe(received);
      expect(invalid).toBe(0);
    }
    const lines = readFileSync(events, 'utf8').trimEnd().split('\n').length;
    expect(sources.reduce((sum, { received }) => sum + received, 0)).toBe(lines);
  });

  it('has the faults on the truth channel and never among the events', () => {
    const lines = readFileSync(truth, 'utf8').trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const faults = told.filter(({ type }) => type === 'fault');
    expect(faults).toMatchObject([
      { type: 'fault', fault: 'crash', validator: 'validator-2', phase: 'begin' },
      { type: 'fault', fault: 'crash', validator: 'validator-2', phase: 'end' },
    ]);
    expect(Number(faults[1]!['at_us']) - Number(faults[0]!['at_us'])).toBe(3_000_000);
    expect(readFileSync(events, 'utf8')).not.toContain('"fault"');
  });

  it('shows nodes and accounts as tables', async () => {
    const { code, out } = await runWords(['replay', events]);
    expect(code).toBe(0);
    expect(out).toMatch(/^CHAIN +NODE +HEIGHT +VIEW +COMMITS$/m);
    expect(out).toMatch(/^simulated +node-0 +\d+ +\d+ +\d+$/m);
    expect(out).toMatch(/^replay +node-3 +[\d,]+ +[\d,]+ +0 +0 +0 +0 +0 +0$/m);
  });
});

describe('replay', () => {
  it('reports bad lines, and exits 0 because the whole stream was read', async () => {
    const path = join(folder, 'bad.ndjson');
    writeFileSync(path, 'no json\n{"type":"x"}\n');
    const { code, out } = await runWords(['replay', path, '--set', 'log.level=silent']);
    expect(code).toBe(0);
    expect(out).toContain('No node says `hello` in it');
    expect(out).toMatch(/^replay +- +2 +0 +0 +\d +0 +\d +0 +0$/m);
  });

  it('exits 2 when there is no such file', async () => {
    expect((await runWords(['replay', '/nonexistent.ndjson'])).code).toBe(2);
  });
});

describe('simulate', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const run = async (seed: string) => {
      const { out } = await runWords([
        'simulate',
        '--duration',
        '5s',
        '--seed',
        seed,
        '--json',
        '--slow',
        '1@1s:50ms',
      ]);
      const { speed: _speed, ...result } = JSON.parse(out) as Record<string, unknown>;
      return result;
    };
    expect(await run('3')).toEqual(await run('3'));
    expect((await run('3'))['run']).not.toEqual((await run('4'))['run']);
  });

  it('takes commands while it runs and ends with its input', async () => {
    const { code, out } = await runWords(['simulate', '--speed', 'realtime', '--control'], {
      stdin: 'status\n\ncrash v9\nfly\nslow v1\n',
    });
    expect(code).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ type: 'status', nodes: [{ id: 'node-0', state: 'up' }, {}, {}, {}] });
    expect(lines.filter(({ type }) => type === 'problem')).toHaveLength(3);
  });
});
