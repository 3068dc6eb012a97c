/** A sidecar of the built package that has heard a stream, with one exporter; and what its board says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as face from '../../src/index.js';
import { numberOf, type Sample } from '../contract/exporters/samples.js';
import { parsePage } from '../contract/parse-page.js';

const built = (await import(join(import.meta.dirname, '../../dist/src/index.js'))) as typeof face;

/** A running sidecar. */
export interface Exporting {
  readonly sidecar: face.Sidecar;
  /** Its page of metrics about nodes, as samples. */
  readonly page: () => Promise<Sample[]>;
  readonly stop: () => Promise<void>;
}

/** Starts one with these exporters, and lets it hear two nodes. */
export async function startExporting(exporters: Readonly<Record<string, unknown>>): Promise<Exporting> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-exporting-'));
  const text = JSON.stringify({
    server: { listen: '127.0.0.1:0' },
    attach: { socket: `unix://${folder}/events.sock` },
    exporters,
  });
  const config = built.parseConfig({ file: { name: 'test', text } });
  const sidecar = built.createSidecar(config, { clock: new built.WallClock(), logger: built.silentLogger });
  await sidecar.start();
  for (const node of ['n1', 'n "2",= \\']) hear(sidecar, node);
  await sidecar.drained();
  sidecar.collect();
  return {
    sidecar,
    page: async () => {
      const page = Buffer.from((await sidecar.page()).body).toString();
      return [...parsePage(page, 'text').series].flatMap(([key, value]) => {
        const space = key.indexOf(' ');
        const name = key.slice(0, space);
        if (!name.startsWith('hotstuff_')) return [];
        const labels = JSON.parse(key.slice(space + 1)) as [string, string][];
        return [{ name, labels: Object.fromEntries(labels), value }];
      });
    },
    stop: async () => {
      await sidecar.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hear(sidecar: Exporting['sidecar'], node: string): void {
  const feed = sidecar.openFeed({ door: 'unix', peer: 'test' });
  const ts_us = Math.floor(performance.timeOrigin + performance.now()) * 1000;
  const lines: Record<string, unknown>[] = [
    { v: 1, type: 'hello', node, chain: 'c', run: 'r' },
    { type: 'consensus.view_entered', seq: 0, view: 7, trigger: 'qc', leader: 'n1' },
    { type: 'consensus.block_committed', seq: 1, view: 7, height: 5, block: 'b5' },
    { type: 'consensus.view_entered', seq: 2, view: 8, trigger: 'qc', leader: 'n1' },
  ];
  for (const line of lines) feed.write(Buffer.from(`${JSON.stringify({ ts_us, ...line })}\n`));
}

/** What a Prometheus-like API gave back, as samples. */
export function samplesOf(found: readonly { metric: Record<string, string>; value: string }[]): Sample[] {
  return found.map(({ metric: { __name__: name = '', ...labels }, value }) => ({
    name,
    labels,
    value: numberOf(value),
  }));
}
