/** Exporters of a whole sidecar: served, pushed, flushed at the end, and started only when they can be. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { embed } from '../../src/embedded.js';
import type { CustomExporter } from '../../src/exporters.js';
import { createSidecar } from '../../src/sidecar.js';

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-exporters-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function configOf(folder: string, exporters: unknown) {
  const text = JSON.stringify({
    server: { listen: '127.0.0.1:0' },
    attach: { socket: `unix://${folder}/events.sock` },
    hooks: { thread: 'same' },
    exporters,
  });
  return parseConfig({ file: { name: 'test', text } });
}

function build(exporters: unknown, custom: readonly CustomExporter[] = [], serve = true) {
  const folder = folderOf();
  const file = join(folder, 'metrics.jsonl');
  const config = configOf(folder, exporters ?? { file: { kind: 'file', path: file } });
  const clock = new ManualClock(1_748_779_200_000_000);
  const sidecar = createSidecar(config, { clock, logger: silentLogger, exporters: custom, serve });
  onTestFinished(() => sidecar.stop());
  const get = async (path: string, method = 'GET') =>
    fetch(`${sidecar.addresses.http}/api/quorumscope/v1/${path}`, { method });
  return { sidecar, clock, file, get };
}

describe('a sidecar', () => {
  it('pushes on the interval, on demand, and a last time when it stops', async () => {
    const { sidecar, clock, file } = build(undefined);
    await sidecar.start();
    const lines = () =>
      existsSync(file) ? new Set(readFileSync(file, 'utf8').match(/"ts_us":\d+/g)).size : 0;
    expect(lines()).toBe(0);
    clock.advance(10_000_000);
    await sidecar.flush();
    clock.advance(1);
    await sidecar.stop();
    expect(lines()).toBe(2);
  });

  it('lists, pauses, resumes and tests its exporters', async () => {
    const { sidecar, get, file } = build(undefined);
    await sidecar.start();
    expect(await (await get('exporters')).json()).toEqual({
      exporters: [
        {
          name: 'file',
          kind: 'file',
          interval_seconds: 10,
          paused: false,
          failures: 0,
          points: { produced: 0, sent: 0, dropped: 0, queued: 0, spooled: 0 },
        },
      ],
    });
    expect(await (await get('exporters/file/pause', 'POST')).json()).toMatchObject({ paused: true });
    await sidecar.flush();
    expect(existsSync(file)).toBe(false);
    expect(await (await get('exporters/file/test', 'POST')).json()).toEqual({ outcome: 'delivered' });
    expect(existsSync(file)).toBe(true);
    expect(await (await get('exporters/file/resume', 'POST')).json()).toMatchObject({ paused: false });
    expect((await get('exporters/other/pause', 'POST')).status).toBe(404);
  });

  it.each([
    ['json', 'application/json', /^\{"schema":"quorumscope\.metrics\/1"/],
    ['jsonl', 'application/x-ndjson', /^\{"ts_us":\d+,"name":"quorumscope_series"/],
    ['csv', 'text/csv', /^timestamp,name,kind,unit,field,value,labels\r\n\S+,quorumscope_series,gauge/],
    ['influx', 'text/plain', /^quorumscope series=\d+ \d+\n$/],
    [
      'prometheus',
      'text/plain; version=0.0.4',
      /^# HELP quorumscope_series .*\n# TYPE quorumscope_series gauge\n/,
    ],
    ['names', 'text/names', /^quorumscope_series$/],
  ])('serves %s of the metrics that match', async (format, type, text) => {
    const names: CustomExporter = {
      name: 'mine',
      exporter: {
        format: 'names',
        contentType: 'text/names',
        export: ({ metrics }) => Buffer.from(metrics.map(({ name }) => name).join()),
      },
    };
    const { sidecar, get } = build({}, [names]);
    await sidecar.start();
    const answer = await get(`export?format=${format}&match=quorumscope_serie?`);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(await answer.text()).toMatch(text);
  });

  it('pushes by an exporter of the embedder’s own, again when that fails', async () => {
    const sent: string[] = [];
    const custom: CustomExporter = {
      name: 'mine',
      exporter: { format: 'x', contentType: 'text/x', export: () => Promise.resolve(Buffer.from('hello')) },
      push: {
        intervalUs: 60_000_000,
        send: (body) => {
          sent.push(Buffer.from(body).toString());
          return sent.length === 1
            ? Promise.reject(new Error('not yet'))
            : Promise.resolve({ outcome: 'delivered' });
        },
      },
    };
    const { sidecar, clock, get } = build({}, [custom]);
    await sidecar.start();
    const flushed = sidecar.flush();
    while (sent.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    clock.advance(2_000_000);
    await flushed;
    expect(sent).toEqual(['hello', 'hello']);
    expect(await (await get('exporters')).json()).toMatchObject({
      exporters: [{ name: 'mine', kind: 'x', failures: 0 }],
    });
  });

  it('does not start with a secret that it cannot read, and says which', async () => {
    const { sidecar } = build({
      a: { kind: 'http', url: 'http://127.0.0.1:9', bearer_token_file: '/absent/token' },
    });
    await expect(sidecar.start()).rejects.toThrow('cannot read the secret file /absent/token');
  });

  it('shows on the page what its spool does', async () => {
    const spool = { folder: join(folderOf(), 'spool') };
    const { sidecar } = build({ a: { kind: 'http', url: 'http://127.0.0.1:9', spool } });
    await sidecar.start();
    const flushed = sidecar.flush();
    const page = async () => Buffer.from((await sidecar.page()).body).toString();
    const written = /quorumscope_journal_records_total\{journal="spool of a"\} [1-9]/;
    for (let i = 0; i < 500 && !written.test(await page()); i++) await new Promise((r) => setTimeout(r, 5));
    expect(await page()).toMatch(written);
    expect(await page()).toMatch(/quorumscope_journal_size_bytes\{journal="spool of a"\}/);
    await flushed;
  });

  it('does not start with two exporters on one spool', async () => {
    const spool = { folder: join(folderOf(), 'spool') };
    const one = { kind: 'http', url: 'http://127.0.0.1:9', spool };
    const { sidecar } = build({ a: one, b: one });
    await expect(sidecar.start()).rejects.toThrow('another process writes');
  });

  it('pushes nothing when it serves nothing, as a replay does', async () => {
    const { sidecar, clock, file } = build(undefined, [], false);
    await sidecar.start();
    clock.advance(60_000_000);
    await sidecar.stop();
    expect(existsSync(file)).toBe(false);
  });

  it('sends credentials, read anew each time, and shows them nowhere', async () => {
    const token = join(folderOf(), 'token');
    writeFileSync(token, 'tok3n-one\n');
    const got: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      got.push(request.headers.authorization, request.headers['x-api-key'] as string | undefined);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?key=hidden`;
    const settings = { kind: 'http', url, bearer_token_file: token, headers: { 'X-Api-Key': 'key' } };
    const { sidecar, get } = build({ a: settings });
    await sidecar.start();
    await get('exporters/a/test', 'POST');
    writeFileSync(token, 'tok3n-two');
    await get('exporters/a/test', 'POST');
    expect(got).toEqual(['Bearer tok3n-one', 'key', 'Bearer tok3n-two', 'key']);
    const shown =
      (await (await get('exporters')).text()) + Buffer.from((await sidecar.page()).body).toString();
    expect(shown).not.toMatch(/tok3n|hidden/);
    // What is kept alive would keep the receiver from closing.
    await sidecar.stop();
  });
});

describe('an embedded sidecar', () => {
  it('pushes what its hooks have said when it is flushed', async () => {
    const folder = folderOf();
    const path = join(folder, 'metrics.csv');
    const exporter = { kind: 'file', path, format: 'csv', interval: '1h', include: ['hotstuff_*'] };
    const config = configOf(folder, { file: exporter });
    const embedded = await embed({ chain: 'c', node: 'n1', config });
    onTestFinished(() => embedded.stop());
    embedded.hooks.consensus.viewEntered({ view: 7, trigger: 'qc', leader: 'n1' });
    await embedded.flush();
    expect(readFileSync(path, 'utf8')).toMatch(/hotstuff_consensus_current_view,gauge,,value,7,/);
  });
});
