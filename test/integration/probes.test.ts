/**
 * The probes that node authors copy, compiled and run beside a real sidecar that stalls, dies and returns:
 * they never wait, and what they say they dropped is what the sidecar says is missing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const examples = join(import.meta.dirname, '../../examples');

interface Report {
  readonly connected: boolean;
  readonly stated: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly queued: number;
  readonly took_us: number;
}

/** What one sidecar counts of the node, per domain. */
interface Counted {
  readonly missing: Readonly<Record<string, number>>;
  readonly admitted: Readonly<Record<string, number>>;
  readonly received: number;
}

interface Language {
  readonly name: string;
  readonly folder: string;
  /** Prints its version where the toolchain is there. */
  readonly toolchain: readonly [string, ...string[]];
  /** Builds the example program into `out`; each command ends well and silent. */
  readonly commands: (out: string) => readonly (readonly [string, ...string[]])[];
  readonly binary: (out: string) => string;
}

const languages: readonly Language[] = [
  {
    name: 'Go',
    folder: 'probe-go',
    toolchain: ['go', 'version'],
    commands: (out) => [
      ['gofmt', '-l', '.'],
      ['go', 'vet', './...'],
      ['go', 'build', '-o', join(out, 'node'), './example'],
    ],
    binary: (out) => join(out, 'node'),
  },
  {
    name: 'Rust',
    folder: 'probe-rust',
    toolchain: ['cargo', '--version'],
    commands: (out) => [
      ['cargo', 'build', '--quiet', '--offline', '--release', '--example', 'node', '--target-dir', out],
    ],
    binary: (out) => join(out, 'release/examples/node'),
  },
];

for (const language of languages) {
  const [tool, ...version] = language.toolchain;
  const absent = spawnSync(tool, version).error !== undefined;
  describe.skipIf(absent)(`the ${language.name} probe (needs ${tool})`, () => {
    let built: string;
    let folder: string;
    let node: Child;
    let sidecar: Child;
    let page: string;

    beforeAll(() => {
      built = mkdtempSync(join(tmpdir(), 'quorumscope-probe-built-'));
      for (const [command, ...args] of language.commands(built)) {
        const ran = spawnSync(command, args, { cwd: join(examples, language.folder), encoding: 'utf8' });
        expect(`${ran.stdout}${ran.stderr}`, `${command} ${args.join(' ')}`).toBe('');
        expect(ran.status).toBe(0);
      }
    });

    afterAll(() => rmSync(built, { recursive: true, force: true }));

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'quorumscope-probe-'));
      await startSidecar();
      node = new Child(language.binary(built), [], {
        QUORUMSCOPE_EVENTS: `unix://${join(folder, 'events.sock')}`,
      });
    });

    afterEach(async () => {
      await node.stop('SIGKILL');
      await sidecar.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    async function startSidecar(): Promise<void> {
      sidecar = Child.cli([
        'run',
        ...['--profile', 'exporter', '--listen', '127.0.0.1:0'],
        ...['--socket', `unix://${join(folder, 'events.sock')}`],
      ]);
      const [, address] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
      page = `${address}/metrics`;
    }

    /** Tells the node to state so many views; resolves with where it stands after that. */
    async function state(views: number): Promise<Report> {
      const lines = node.output.split('\n').filter((line) => line.startsWith('{')).length;
      node.process.stdin!.write(`${views}\n`);
      return eventually(
        () => {
          const all = node.output.split('\n').slice(0, -1);
          const line = all.filter((one) => one.startsWith('{'))[lines];
          return line === undefined ? undefined : (JSON.parse(line) as Report);
        },
        20_000,
        'a report of the node',
      );
    }

    const reports = (what: string, holds: (report: Report) => boolean): Promise<Report> =>
      eventually(
        async () => {
          const report = await state(0);
          return holds(report) ? report : undefined;
        },
        20_000,
        what,
      );

    async function counted(): Promise<Counted> {
      const text = await (await fetch(page)).text();
      const perDomain = (metric: string): Record<string, number> =>
        Object.fromEntries(
          [...text.matchAll(new RegExp(`^${metric}\\{(.*)\\} (\\d+)$`, 'gm'))]
            .filter((match) => match[2] !== '0')
            .map(([, labels, value]) => [/domain="(\w+)"/.exec(labels!)![1]!, Number(value)]),
        );
      const received = [...text.matchAll(/^quorumscope_events_received_total\{.*\} (\d+)$/gm)];
      return {
        missing: perDomain('quorumscope_events_missing_total'),
        admitted: perDomain('quorumscope_source_dropped_events_total'),
        received: received.reduce((sum, [, value]) => sum + Number(value), 0),
      };
    }

    /** Waits until the sidecar has been told of `dropped` events, and returns what it counted then. */
    const admits = (dropped: Readonly<Record<string, number>>): Promise<Counted> =>
      eventually(
        async () => {
          const now = await counted();
          return total(now.admitted) >= total(dropped) ? now : undefined;
        },
        20_000,
        `${JSON.stringify(dropped)} admitted`,
      );

    it('does not wait for a sidecar that is stopped, and they agree on what is missing', async () => {
      await reports('connected', ({ connected }) => connected);
      process.kill(sidecar.process.pid!, 'SIGSTOP');
      const stalled = await state(100_000);
      // A node that waited would never have reported. Messages go before votes.
      expect(stalled.dropped['consensus']).toBeGreaterThan(10_000);
      expect(stalled.dropped['network']).toBeGreaterThan(stalled.dropped['consensus']!);
      expect(stalled.took_us / 200_000).toBeLessThan(100);

      process.kill(sidecar.process.pid!, 'SIGCONT');
      await reports('an empty queue', ({ queued }) => queued === 0);
      const { dropped } = await state(1);
      const seen = await admits(dropped);
      expect(seen.admitted).toEqual(dropped);
      expect(seen.missing).toEqual(dropped);
    });

    it('outlives a sidecar that is killed, and tells the next one what was lost between', async () => {
      await reports('connected', ({ connected }) => connected);
      await state(1000);
      await sidecar.stop('SIGKILL');
      // The kernel tells of the end with the first write after it.
      await eventually(
        async () => ((await state(1)).connected ? undefined : true),
        20_000,
        'the connection gone',
      );
      const alone = await state(5000);
      expect(alone.connected).toBe(false);
      expect(alone.dropped['consensus']).toBeGreaterThanOrEqual(5000);

      await startSidecar();
      const back = await reports('connected again', ({ connected }) => connected);
      expect(back.dropped).toEqual((await state(100)).dropped);
      const seen = await admits(back.dropped);
      expect(seen.admitted).toEqual(back.dropped);
      expect(seen.missing).toEqual(back.dropped);
    });
  });
}

// Only the layer needs crates. Where none can be fetched there is nothing to test, as there is nothing to use.
const layer = join(examples, 'probe-rust/tracing-layer');
const crates = spawnSync('cargo', ['fetch', '--quiet'], { cwd: layer }).status === 0;

if (crates)
  it('states by the layer of tracing what is logged as an event', () => {
    const target = mkdtempSync(join(tmpdir(), 'quorumscope-layer-built-'));
    try {
      const args = ['test', '--quiet', '--target-dir', target];
      const ran = spawnSync('cargo', args, { cwd: layer, encoding: 'utf8' });
      expect(ran.status, `${ran.stdout}${ran.stderr}`).toBe(0);
      expect(ran.stdout).toContain('1 passed');
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  });

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
