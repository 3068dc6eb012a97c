/**
 * kill -9 of the built sidecar at every step of an alert's life: pending, firing, told, over, told. The steps are those
 * that a process which lives on goes through: before a record is on disk, half of it, after it is, before a message leaves, when
 * it has arrived, after its answer. After each kill the sidecar is started anew over what is on disk, where nothing
 * is that was not made durable.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MortalSidecar, type Heard } from '../support/mortal-sidecar.js';

const LANES = 6;
/** Tries of one life on a machine that has no time for it. */
const TRIES = 3;
const folder = mkdtempSync(join(tmpdir(), 'quorumscope-kills-'));
const sidecars: MortalSidecar[] = [];
let hook: Server;
let url: string;

interface Payload {
  readonly alerts: readonly {
    readonly status: Heard['status'];
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

beforeAll(async () => {
  hook = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    request.on('end', () => {
      const sidecar = sidecars[Number(request.url!.slice(1))]!;
      const { alerts } = JSON.parse(text) as Payload;
      const heard = alerts.map(({ status, labels }) => ({
        name: labels['alertname']!,
        status,
        life: labels['life'] ?? '',
      }));
      if (sidecar.hear(heard)) response.end('{}');
      else response.destroy();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await Promise.all(sidecars.map((sidecar) => sidecar.stop()));
  hook.closeAllConnections();
  hook.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(rules: readonly unknown[]): Promise<MortalSidecar> {
  const home = join(folder, String(sidecars.length));
  const sidecar = new MortalSidecar(home, `${url}/${sidecars.length}`, rules);
  sidecars.push(sidecar);
  await sidecar.start();
  return sidecar;
}

const LIFE = [
  { alert: 'Life', expr: 'node_life > 0', for: '300ms' },
  { alert: 'Muted', expr: 'max without (life) (node_life) >= 0' },
  { alert: 'Acknowledged', expr: 'vector(1)' },
];

interface Death {
  readonly step: string;
  /** Whether what the alert is about is over before the sidecar is back. */
  readonly vanishes: boolean;
  readonly attempt: number;
}

const nameOf = ({ step, vanishes, attempt }: Death): string =>
  `${step}${vanishes ? ', over meanwhile' : ''}${attempt === 1 ? '' : `, attempt ${attempt}`}`;
const toldOf = (sidecar: MortalSidecar, life: string): readonly string[] =>
  sidecar.heard.flatMap((heard) => (heard.name === 'Life' && heard.life === life ? [heard.status] : []));

/** One life of the alert, with a death in it. @returns whether it came to that */
async function live(sidecar: MortalSidecar, death: Death): Promise<boolean> {
  const { step, vanishes } = death;
  const life = nameOf(death);
  await sidecar.arm(step);
  let hasDied = false;
  const isTold = (status: Heard['status']) => (): boolean =>
    toldOf(sidecar, life).includes(status) && sidecar.isSettled;
  sidecar.set(life, 1);
  if (!(await sidecar.lives(isTold('firing')))) {
    hasDied = true;
    await sidecar.start();
    sidecar.set(life, vanishes ? 0 : 1);
    // Whether anybody was told, and is owed the end, is seen when all lives are over.
    if (vanishes && toldOf(sidecar, life).length === 0) return true;
    if (!vanishes) await sidecar.lives(isTold('firing'));
  }
  sidecar.set(life, 0);
  if (!(await sidecar.lives(isTold('resolved')))) {
    hasDied = true;
    await sidecar.start();
    sidecar.set(life, 0);
    await sidecar.lives(isTold('resolved'));
  }
  if (hasDied || step === 'nothing') return hasDied;
  // The last steps come when everything is told.
  const comesLate = await sidecar.diesWithin(3_000);
  if (comesLate) await sidecar.start();
  return comesLate;
}

/** Once each, in this order; one of them may have come twice; nothing, where nobody was told before it was over. */
function isRight(told: readonly string[], { vanishes }: Death): boolean {
  if (vanishes && told.length === 0) return true;
  return told[0] === 'firing' && told.at(-1) === 'resolved' && told.length <= 3;
}

it(
  'repeats one message at most and loses no end, whichever step it is killed at',
  { timeout: 400_000 },
  async () => {
    const lanes = await Promise.all(Array.from({ length: LANES }, () => open(LIFE)));
    for (const lane of lanes) await lane.silence('Muted');
    for (const lane of lanes) await lane.acknowledge('Acknowledged');
    expect(await live(lanes[0]!, { step: 'nothing', vanishes: false, attempt: 1 })).toBe(false);
    expect(toldOf(lanes[0]!, 'nothing')).toEqual(['firing', 'resolved']);
    const steps = [...lanes[0]!.steps, 'arrival of firing', 'arrival of resolved'];
    const beginning = steps.indexOf('message after the answer 1') + 1;
    expect(steps.length).toBeGreaterThan(24);
    const deaths: Death[] = [
      ...steps.map((step) => ({ step, vanishes: false, attempt: 1 })),
      ...[...steps.slice(0, beginning), 'arrival of firing'].map((step) => ({
        ...{ step, vanishes: true, attempt: 1 },
      })),
    ];
    const waiting = [...deaths];
    const judged: Death[] = [];
    let killed = 0;
    await Promise.all(
      lanes.map(async (lane) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          lane.isLate = false;
          const hasDied = await live(lane, next);
          if (lane.isLate && next.attempt < TRIES) waiting.push({ ...next, attempt: next.attempt + 1 });
          else {
            judged.push(next);
            if (hasDied) killed++;
          }
        }
      }),
    );
    const stories = judged
      .map((death) => ({ death, told: lanes.flatMap((lane) => toldOf(lane, nameOf(death))) }))
      .filter(({ death, told }) => !isRight(told, death))
      .map(({ death, told }) => `killed at ${nameOf(death)}: ${told.join(', ')}`);
    expect(stories).toEqual([]);
    // A record that keeps time may come between, and take a place in the count.
    expect(killed).toBeGreaterThan(deaths.length - 4);
    for (const lane of lanes) {
      const others = lane.heard.flatMap(({ name }) => (name === 'Life' ? [] : [name]));
      expect(others.filter((name) => name === 'Muted')).toEqual([]);
      expect(others.filter((name) => name === 'Acknowledged')).toHaveLength(1);
      expect(await lane.silences()).toEqual(['Muted']);
      expect(await lane.acknowledgements()).toHaveLength(1);
    }
  },
);

it('goes on waiting for `for` where it stood', { timeout: 120_000 }, async () => {
  const sidecar = await open([{ alert: 'Life', expr: 'node_life > 0', for: '14s' }]);
  await sidecar.arm('nothing');
  sidecar.set('waiting', 1);
  // Pending is one record; what keeps time follows every ten seconds.
  expect(await sidecar.lives(() => sidecar.steps.includes('alert-state after fsync 2'))).toBe(true);
  sidecar.kill();
  await sidecar.died;
  const beganMs = performance.now();
  await sidecar.start();
  sidecar.set('waiting', 1);
  expect(await sidecar.lives(() => sidecar.heard.length > 0)).toBe(true);
  const seconds = (performance.now() - beganMs) / 1000;
  expect(seconds).toBeGreaterThan(2);
  expect(seconds).toBeLessThan(13);
});
