/**
 * Simulated incidents through the whole sidecar: what health says of them while they last, and which of the shipped
 * rules would fire, evaluated by our own query language at full speed.
 */
import { describe, expect, it } from 'vitest';
import type { SimulationOptions } from '../../../simulator/main.js';
import { alertedRun, firedIn, type AlertedRun } from '../../support/alerted-run.js';

const SECOND = 1_000_000;

const usual: SimulationOptions = {
  validators: 4,
  seed: 7,
  delayUs: 100_000,
  viewTimeoutUs: 2_000_000,
  leaderWaitUs: 400_000,
  durationUs: 130 * SECOND,
  speed: 'max',
};

async function fired(run: AlertedRun): Promise<string[]> {
  const names = (await firedIn(run)).map(
    ({ alert, labels }) => `${alert} ${labels['severity']} ${labels['scope']}`,
  );
  return [...new Set(names)].filter((name) => !name.startsWith('HotStuffWatchdog')).sort();
}

describe('a healthy network', () => {
  it('raises no alert, and is healthy', async () => {
    const run = await alertedRun({ ...usual, validators: 7, durationUs: 100 * SECOND });
    expect(await fired(run)).toEqual([]);
    expect(run.sidecar.health()).toMatchObject({ state: 'healthy', scope: null });
  });
});

describe('a validator that crashed', () => {
  const crash: SimulationOptions = { ...usual, faults: [{ kind: 'crash', validator: 0, atUs: 20 * SECOND }] };

  it('is a peer to whoever does not run it', async () => {
    const run = await alertedRun(crash, [1]);
    const health = run.sidecar.health()!;
    expect(health).toMatchObject({ state: 'warning', scope: 'peer' });
    expect(health.issues[0]!.about).toBe('validator-0');
    expect(await fired(run)).toContain('HotStuffValidatorFailsViews warning peer');
    expect((await fired(run)).filter((name) => name.endsWith('self'))).toEqual([]);
  });

  it('is one of yours to whoever does', async () => {
    const run = await alertedRun(crash);
    const health = run.sidecar.health()!;
    expect(health).toMatchObject({ state: 'failing', scope: 'self' });
    expect(health.issues[0]).toMatchObject({ check: 'process.gone', node: 'node-0' });
    expect(await fired(run)).toContain('HotStuffNodeDown critical self');
  });
});

describe('a network in two halves', () => {
  it('is the network, and pages once with nothing about the nodes', async () => {
    const partition = {
      kind: 'partition',
      groups: [[0, 1]],
      atUs: 20 * SECOND,
      durationUs: 300 * SECOND,
    } as const;
    const run = await alertedRun({ ...usual, faults: [partition] }, [0, 2]);
    const health = run.sidecar.health()!;
    expect(health).toMatchObject({ state: 'failing', scope: 'network' });
    expect(health.issues[0]!.check).toBe('consensus.chain_halted');
    const alerts = await fired(run);
    expect(alerts).toContain('HotStuffChainHalted critical network');
    expect(alerts.filter((name) => /NodeDown|NodeMute|NodeStalled|OwnValidator/.test(name))).toEqual([]);
  });
});

describe('a restart', () => {
  it('of less than a minute raises nothing about the node, and heals by itself', async () => {
    const crash = { kind: 'crash', validator: 2, atUs: 30 * SECOND, durationUs: 20 * SECOND } as const;
    const run = await alertedRun({ ...usual, faults: [crash] }, [2]);
    expect(await fired(run)).toEqual([]);
    expect(run.sidecar.health()).toMatchObject({ state: 'healthy' });
  });
});
