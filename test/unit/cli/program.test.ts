/** The command line as a person meets it: help, wrong usage, exit codes. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/version.js';
import { runWords } from './world.js';

function fileWith(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'quorumscope-cli-')), 'quorumscope.yaml');
  writeFileSync(path, text);
  return path;
}

describe('quorumscope', () => {
  it('knows its version, for people and for machines', async () => {
    expect(await runWords(['version'])).toEqual({ code: 0, out: `quorumscope ${VERSION}\n`, err: '' });
    const { out } = await runWords(['version', '--json']);
    expect(JSON.parse(out)).toEqual({ quorumscope: VERSION, node: process.version });
  });

  it('shows help on stdout with exit 0 when asked', async () => {
    const { code, out, err } = await runWords(['--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    for (const command of ['demo', 'run', 'status', 'replay', 'simulate', 'check', 'version'])
      expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each([[[]], [['simulat']], [['run', '--nonsense']], [['replay']], [['check', 'config', 'a', 'b']]])(
    'wrong usage %j is exit 2 with a word on stderr and nothing on stdout',
    async (words) => {
      const { code, out, err } = await runWords(words);
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err).not.toBe('');
    },
  );

  it('suggests the command that was meant', async () => {
    expect((await runWords(['simulat'])).err).toContain('Did you mean simulate?');
  });

  it('tells every configuration problem before it starts anything', async () => {
    const { code, err } = await runWords(['run', '--listen', '0.0.0.0:1', '--set', 'metrics.windo=1m'], {
      environment: { QUORUMSCOPE_LOG_LEVEL: 'loud' },
    });
    expect(code).toBe(2);
    expect(err).toContain('quorumscope: the configuration has 3 problems:');
    expect(err).toContain('server.listen  (--listen)');
    expect(err).toContain('did you mean metrics.window?');
    expect(err).toContain('log.level  (QUORUMSCOPE_LOG_LEVEL)');
  });
});

describe('check config', () => {
  it('says good and exits 0', async () => {
    const path = fileWith('profile: exporter\n');
    expect(await runWords(['check', 'config', path])).toEqual({ code: 0, out: `${path}: good\n`, err: '' });
  });

  it('says on which line an adapter or a mapping is named that is not there', async () => {
    const path = fileWith(
      [
        'attach:',
        '  logs:',
        '    v1.2: { kind: stdin, chain: c, node: n, adapter: flow-og }',
        '  scrape:',
        '    s: { kind: prometheus, url: "http://127.0.0.1:1/metrics", chain: c, node: n, mapping: apts }',
        '  otlp: { listen: "127.0.0.1:1", chain: c, mapping: hotstuf }',
        '',
      ].join('\n'),
    );
    const { code, out } = await runWords(['check', 'config', path]);
    expect(code).toBe(1);
    expect(out).toContain(`attach.logs.v1.2.adapter  (${path}:3:54)`);
    expect(out).toContain(`attach.scrape.s.mapping  (${path}:5:91)`);
    expect(out).toContain(`attach.otlp.mapping  (${path}:6:53)`);
  });

  it('lists problems and exits 1', async () => {
    const path = fileWith('profile: exporte\n');
    const { code, out } = await runWords(['check', 'config', path]);
    expect(code).toBe(1);
    expect(out).toContain(
      `profile  (${path}:1:10)\n    found "exporte", expected one of exporter, standalone`,
    );
  });

  it('gives one JSON document', async () => {
    const { code, out } = await runWords(['check', 'config', fileWith('nonsense: 1\n'), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ valid: false, problems: [{ path: 'nonsense' }] });
  });

  it('exits 2 when there is no such file', async () => {
    expect((await runWords(['check', 'config', '/nonexistent.yaml'])).code).toBe(2);
  });
});

describe('check stream', () => {
  const hello =
    '{"v":1,"type":"hello","node":"n1","ts_us":1700000000000000,"chain":"c","run":"r"}\n' +
    '{"type":"consensus.view_entered","ts_us":1700000000000000,"seq":0,"view":7,"trigger":"qc","leader":"n1"}\n';
  const commit =
    '{"type":"consensus.block_committed","ts_us":1700000000250000,"seq":1,"view":7,"height":5,"block":"b5"}\n' +
    '{"type":"consensus.view_timed_out","ts_us":1700000001250000,"seq":2,"view":8}\n';

  it('exits 0 for a stream that reaches a level, 1 for one that does not', async () => {
    expect(await runWords(['check', 'stream', '-'], { stdin: hello + commit })).toMatchObject({ code: 0 });
    expect(await runWords(['check', 'stream', '-'], { stdin: hello })).toMatchObject({ code: 1 });
    expect(await runWords(['check', 'stream', '-'], { stdin: 'no json\n' })).toMatchObject({ code: 1 });
  });

  it('exits 2 when there is no such file', async () => {
    const { code, err } = await runWords(['check', 'stream', '/nonexistent.ndjson']);
    expect(code).toBe(2);
    expect(err).toContain('cannot read /nonexistent.ndjson');
  });
});

describe('status', () => {
  it('exits 1 with what to do when nobody answers', async () => {
    const { code, out, err } = await runWords(['status', '--url', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('no sidecar answers at http://127.0.0.1:1');
    expect(err).toContain('quorumscope run');
  });
});
