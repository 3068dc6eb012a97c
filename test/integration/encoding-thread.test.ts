/** The built sidecar encodes its exports on a thread of its own: they arrive, also after that thread has died, and it stops. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import type * as ThreadModule from '../../src/export/encoding-thread.js';
import type * as TakenModule from '../../src/export/taken.js';
import type * as Package from '../../src/index.js';

const built = (await import(join(import.meta.dirname, '../../dist/src/index.js'))) as typeof Package;
const { EncodingThread } = (await import(
  join(import.meta.dirname, '../../dist/src/export/encoding-thread.js')
)) as typeof ThreadModule;
const { Taken } = (await import(
  join(import.meta.dirname, '../../dist/src/export/taken.js')
)) as typeof TakenModule;

const worker = join(import.meta.dirname, '../../dist/src/export/encoding-worker.js');

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-encoding-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('pushes what the board holds, and ends with the sidecar', async () => {
  const folder = folderOf();
  const [csv, lines] = [join(folder, 'metrics.csv'), join(folder, 'metrics.jsonl')];
  const exporters = {
    csv: { kind: 'file', path: csv, format: 'csv' },
    lines: { kind: 'file', path: lines, include: ['quorumscope_series'] },
  };
  const text = JSON.stringify({
    server: { listen: '127.0.0.1:0' },
    attach: { socket: `unix://${folder}/events.sock` },
    exporters,
  });
  const config = built.parseConfig({ file: { name: 'test', text } });
  const deps = { clock: new built.WallClock(), logger: built.silentLogger };
  const sidecar = built.createSidecar(config, deps);
  await sidecar.start();
  await sidecar.flush();
  expect(readFileSync(csv, 'utf8')).toMatch(
    /^timestamp,name,kind,unit,field,value,labels\r\n\S+,quorumscope_/,
  );
  expect(readFileSync(lines, 'utf8')).toMatch(/^\{"ts_us":\d+,"name":"quorumscope_series"[^\n]*\}\n$/);
  rmSync(lines);
  await sidecar.stop();
  expect(existsSync(lines)).toBe(true);
});

it('goes on with a new thread when one has died', async () => {
  const started: Worker[] = [];
  const thread = new EncodingThread(built.silentLogger, () => {
    started.push(new Worker(worker));
    return started.at(-1)!;
  });
  onTestFinished(() => thread.close());
  const encode = thread.open({ kind: 'document', format: 'json' }, {});
  const board = built.createSidecar(built.parseConfig({}), {
    clock: new built.WallClock(),
    logger: built.silentLogger,
    serve: false,
  }).board;
  const take = () => new Taken(board.snapshot(), 1_000_000);
  expect((await encode(take())).parcels).toHaveLength(1);
  // Ending before it is asked, or it might answer first.
  const ended = started[0]!.terminate();
  await expect(encode(take())).rejects.toThrow('have ended');
  await ended;
  const { parcels } = await encode(take());
  expect(JSON.parse(Buffer.from(parcels[0]!.body).toString())).toMatchObject({ taken_at_us: 1_000_000 });
  expect(started).toHaveLength(2);
});
