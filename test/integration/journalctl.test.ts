/**
 * The built sidecar and the real `journalctl`, over a journal that `systemd-journal-remote` writes from the export
 * format: no systemd runs. Messages of several lines, of bytes, given twice or not at all; and what is read after a kill.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const REMOTE = '/usr/lib/systemd/systemd-journal-remote';
const isThere = existsSync(REMOTE) && spawnSync('journalctl', ['--version']).status === 0;

/** A field as the export format has it: bytes with their length, or a line. */
function field(name: string, value: string | Buffer): Buffer {
  if (typeof value === 'string' && !value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}

let stampUs = 1_700_000_000_000_000;

/** An entry of a unit with any number of messages. */
function entry(messages: readonly (string | Buffer)[], unit = 'node.service'): Buffer {
  return Buffer.concat([
    field('__REALTIME_TIMESTAMP', String((stampUs += 1_000_000))),
    field('_SYSTEMD_UNIT', unit),
    ...messages.map((message) => field('MESSAGE', message)),
    Buffer.from('\n'),
  ]);
}

const view = (number: number, more = ''): string =>
  `{"event":"consensus.view_timed_out","view":${number},"msg":"${more}"}`;

describe.skipIf(!isThere)('a real journal (needs journalctl and systemd-journal-remote)', () => {
  let folder: string;
  let sidecar: Child;
  let files = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quorumscope-journal-'));
    mkdirSync(join(folder, 'journal'));
  });
  afterEach(async () => {
    await sidecar.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes entries into a journal file of their own. */
  function write(...entries: readonly Buffer[]): void {
    const output = join(folder, 'journal', `part-${++files}.journal`);
    const ran = spawnSync(REMOTE, [`--output=${output}`, '-'], { input: Buffer.concat(entries) });
    expect(ran.status, String(ran.stderr)).toBe(0);
  }

  async function follow(): Promise<() => Promise<Readonly<Record<string, number>>>> {
    const file = join(folder, 'quorumscope.yaml');
    const journal = { kind: 'journald', unit: 'node.service', directory: join(folder, 'journal') };
    const node = { ...journal, from: 'begin', adapter: 'json-log-slog', chain: 'c', node: 'n' };
    const settings = { profile: 'exporter', data: { dir: join(folder, 'data') } };
    writeFileSync(file, JSON.stringify({ ...settings, attach: { socket: null, logs: { node } } }));
    sidecar = Child.cli(['run', '--config', file, '--listen', '127.0.0.1:0']);
    const [, address] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
    return async () => {
      const text = await (await fetch(`${address}/metrics`)).text();
      const found = text.matchAll(/^quorumscope_adapter_lines_total\{.*outcome="(\w+)".*\} (\d+)$/gm);
      return Object.fromEntries([...found].map(([, outcome, count]) => [outcome!, Number(count)]));
    };
  }

  const becomes = (
    lines: () => Promise<Readonly<Record<string, number>>>,
    expected: { readonly matched: number; readonly ignored: number },
  ): Promise<unknown> =>
    eventually(
      async () => {
        const { matched, ignored } = await lines();
        if (matched === expected.matched && ignored === expected.ignored) return true;
        throw new Error(`found ${matched} matched, ${ignored} ignored`);
      },
      20_000,
      JSON.stringify(expected),
    );

  const cursor = (): string => {
    const path = join(folder, 'data/logs/node.json');
    if (!existsSync(path)) return '';
    return (JSON.parse(readFileSync(path, 'utf8')) as { cursor: string }).cursor;
  };

  it('is read with messages of lines, of bytes, given twice and not at all, and of no other unit', async () => {
    write(
      entry([view(1)]),
      entry([`${view(2)}\n${view(3)}\nan end`]),
      entry([Buffer.concat([Buffer.from(view(4, 'x').replace('x', '')), Buffer.from([0x20, 0xff])])]),
      entry([view(5), view(6)]),
      entry([]),
      entry([view(7)], 'other.service'),
    );
    const lines = await follow();
    await becomes(lines, { matched: 5, ignored: 2 });
    expect(sidecar.output).not.toContain('not what journalctl');
  });

  it('goes on behind the last entry after a kill', async () => {
    write(entry([view(1)]), entry([view(2)]));
    const first = await follow();
    await becomes(first, { matched: 2, ignored: 0 });
    await eventually(() => (cursor().includes(';i=2;') ? true : undefined), 20_000, 'the second entry kept');
    await sidecar.stop('SIGKILL');
    // More than the ten that journalctl shows where it is not asked for all.
    const later = Array.from({ length: 30 }, (_, i) => entry([view(3 + i)]));
    write(...later, entry(['nothing']));
    const second = await follow();
    await becomes(second, { matched: 30, ignored: 1 });
    // What comes while it is followed.
    write(entry([view(40)]));
    await becomes(second, { matched: 31, ignored: 1 });
  });
});
