/**
 * Real libp2p nodes (TCP, noise, yamux on loopback) that reach consensus, beside a sidecar: what it shows of
 * connections, protocols and bytes is what the nodes themselves counted.
 */
import '../../examples/libp2p-node/node-20.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counter, register } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { startNetwork, type ExampleNetwork } from '../../examples/libp2p-node/network.js';
import { protocols } from '../../examples/libp2p-node/wire.js';
import { WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { ship, type Shipping } from '../../src/hooks.js';
import { createSidecar, type Sidecar } from '../../src/sidecar.js';
import { eventually } from '../support/child.js';

type Labels = Readonly<Record<string, string>>;

/** A network with a sidecar that all its nodes ship to. */
class Attached {
  readonly folder = mkdtempSync(join(tmpdir(), 'quorumscope-libp2p-'));
  readonly #shippings: Shipping[] = [];
  sidecar!: Sidecar;
  network!: ExampleNetwork;

  async start(chain: string, size: number): Promise<void> {
    const environment = {
      QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
      QUORUMSCOPE_ATTACH_SOCKET: `unix://${join(this.folder, 'events.sock')}`,
    };
    const clock = new WallClock();
    this.sidecar = createSidecar(parseConfig({ environment }), { clock, logger: silentLogger });
    await this.sidecar.start();
    const facts = { chain, size, viewTimeoutUs: 2_000_000, blockPauseMs: 20 };
    this.network = await startNetwork(facts, (hooks) => {
      this.#shippings.push(ship(hooks, { address: this.sidecar.addresses.socket! }));
    });
  }

  /** Every node has committed `height`, and the connection monitor has measured its peers. */
  async reach(height: number): Promise<void> {
    const { validators } = this.network;
    const isThere = (): true | undefined =>
      validators.every(({ counts }) => counts.committedHeight >= height) || undefined;
    await eventually(() => Promise.resolve(isThere()), 60_000, `height ${height}`);
  }

  /** What was stated before this is shown: it may still be on its way through the socket. */
  async shows(name: string, labels: Labels, expected: number): Promise<void> {
    for (const shipping of this.#shippings) shipping.flush();
    let last = Number.NaN;
    const isShown = (): true | undefined => (last = this.sum(name, labels)) === expected || undefined;
    await eventually(isShown, 10_000, name).catch(() =>
      expect({ name, ...labels, value: last }).toEqual({ name, ...labels, value: expected }),
    );
  }

  /** Values of the series of `name` that have these labels, added up. */
  sum(name: string, labels: Labels): number {
    const metric = this.sidecar.snapshot().metrics.find((one) => one.name === name);
    const has = (values: readonly string[]): boolean =>
      Object.entries(labels).every(([label, value]) => values[metric!.labelNames.indexOf(label)] === value);
    const found = metric?.series.filter(({ labelValues }) => has(labelValues)) ?? [];
    return found.reduce((total, { value = Number.NaN }) => total + value, 0);
  }

  async stop(): Promise<void> {
    await this.network.stop();
    await Promise.all(this.#shippings.map((shipping) => shipping.close()));
    // What was written may still be on its way through the socket.
    await eventually(
      async () => {
        await this.sidecar.drained();
        return this.sum('quorumscope_source_connected', {}) === 0 || undefined;
      },
      30_000,
      'the end of all sources',
    );
  }

  async close(): Promise<void> {
    await this.sidecar.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('libp2p nodes beside a sidecar', () => {
  const attached: Attached[] = [];
  const start = async (chain: string, size: number): Promise<Attached> => {
    const one = new Attached();
    attached.push(one);
    await one.start(chain, size);
    return one;
  };

  afterEach(async () => {
    for (const one of attached.splice(0)) await one.close();
    register.clear();
  });

  it.each([2, 8])('reach consensus, and the sidecar counts what %i nodes count', async (size) => {
    const one = await start('libp2p', size);
    await one.reach(20);
    const { validators } = one.network;
    for (const { index, libp2p, metrics } of validators) {
      metrics.state();
      const node = { node_id: `node-${index}` };
      const inbound = libp2p.getConnections().filter(({ direction }) => direction === 'inbound').length;
      await one.shows('hotstuff_network_active_peers', node, libp2p.getPeers().length);
      await one.shows('hotstuff_network_inbound_peers', node, inbound);
      await one.shows('hotstuff_network_outbound_peers', node, size - 1 - inbound);
      await one.shows('hotstuff_network_connected_validators', node, size - 1);
    }
    await one.stop();

    let transport = 0;
    for (const { index, counts, metrics } of validators) {
      const node = { node_id: `node-${index}` };
      const ofOwn = (name: string): number =>
        Object.keys(protocols).reduce((sum, message) => sum + one.sum(name, { ...node, message }), 0);
      expect(ofOwn('hotstuff_network_messages_sent_total')).toBe(counts.sentMessages);
      expect(ofOwn('hotstuff_network_sent_bytes_total')).toBe(counts.sentBytes);
      expect(ofOwn('hotstuff_network_received_bytes_total')).toBeGreaterThanOrEqual(counts.receivedBytes);
      expect(one.sum('hotstuff_consensus_committed_height', node)).toBe(counts.committedHeight);
      const bytesSent = Object.values(protocols).reduce(
        (sum, id) => sum + one.sum('libp2p_data_transfer_bytes_total', { ...node, protocol: `${id} sent` }),
        0,
      );
      expect(bytesSent).toBe(counts.sentBytes);
      const global = one.sum('libp2p_data_transfer_bytes_total', { ...node, protocol: 'global sent' });
      expect(global).toBeGreaterThan(bytesSent);
      transport += global;
      expect(metrics.refused).toBe(0);
      expect(metrics.failed).toBe(0);
    }
    expect(transport).toBeGreaterThan(0);
    expect(one.sum('hotstuff_network_peer_connections_total', {})).toBe(size * (size - 1));
    expect(one.sum('hotstuff_network_peer_disconnections_total', {})).toBe(size * (size - 1));
  });

  it('say how far their peers are', async () => {
    const one = await start('libp2p', 2);
    await eventually(
      () => {
        const metric = one.sidecar
          .snapshot()
          .metrics.find(({ name }) => name === 'hotstuff_network_peer_round_trip_seconds');
        return metric?.series.every(({ histogram }) => (histogram?.count ?? 0) > 0) || undefined;
      },
      30_000,
      'round-trip times',
    );
    await one.stop();
  });

  it('do not disturb each other, nor what the process measures by prom-client', async () => {
    const own = new Counter({ name: 'host_jobs_total', help: 'Jobs of the host.' });
    own.inc(3);
    const [first, second] = await Promise.all([start('one', 2), start('two', 2)]);
    await Promise.all([first.reach(10), second.reach(30)]);
    await Promise.all([first.stop(), second.stop()]);
    for (const one of [first, second]) {
      const sent = one.network.validators.reduce((sum, { counts }) => sum + counts.sentBytes, 0);
      const messages = Object.keys(protocols).map((message) => ({ message }));
      const shown = messages.reduce(
        (sum, labels) => sum + one.sum('hotstuff_network_sent_bytes_total', labels),
        0,
      );
      expect(shown).toBe(sent);
    }
    expect(first.sum('hotstuff_network_sent_bytes_total', { chain_id: 'two' })).toBe(0);
    expect(await register.getSingleMetricAsString('host_jobs_total')).toContain('host_jobs_total 3');
    expect(register.getMetricsAsArray()).toHaveLength(1);
  });
});
