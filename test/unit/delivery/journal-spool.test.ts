/** What is spooled survives crashes, comes back in order, once, and never takes more than its room. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { createRandom } from '../../../src/base/random.js';
import { Delivery } from '../../../src/delivery/delivery.js';
import { JournalSpool } from '../../../src/delivery/journal-spool.js';
import type { BodyParcel, Receipt } from '../../../src/delivery/transport.js';
import { Board } from '../../../src/metrics/board.js';
import { delivered, refused, settled, unreachable } from './parcels.js';

const MINUTE_US = 60_000_000;
const LIMIT = 1 << 20;

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'spool');
}

const bodyOf = (number: number, bytes = 100, points = 1): BodyParcel => {
  const body = Buffer.from(String(number).padEnd(bytes));
  return { body, points, bytes: body.length };
};
const numberOf = ({ body }: BodyParcel): number => Number.parseInt(Buffer.from(body).toString(), 10);
const open = (folder: string, limitBytes = LIMIT): Promise<JournalSpool> =>
  JournalSpool.open({ folder, limitBytes, clock: new ManualClock() });
const sizeOf = (folder: string): number =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

async function drain(spool: JournalSpool): Promise<number[]> {
  const numbers: number[] = [];
  for (let stored = await spool.peek(); stored !== undefined; stored = await spool.peek()) {
    numbers.push(numberOf(stored.parcel));
    spool.remove();
  }
  return numbers;
}

describe('a spool', () => {
  it('gives back what was put in, in order, after it was opened again', async () => {
    const folder = folderOf();
    const first = await open(folder);
    for (let i = 0; i < 5; i++) first.append(bodyOf(i, 100, 7), 1_000 + i);
    await first.close();
    const second = await open(folder);
    expect([second.parcels, second.points]).toEqual([5, 35]);
    expect((await second.peek())!.offeredAtUs).toBe(1_000);
    expect(await drain(second)).toEqual([0, 1, 2, 3, 4]);
    await second.close();
  });

  it('does not give back what was removed, nor keep the files of it', async () => {
    const folder = folderOf();
    const first = await open(folder);
    for (let i = 0; i < 100; i++) {
      first.append(bodyOf(i, 10_000), 0);
      await first.durable();
    }
    const before = sizeOf(folder);
    for (let i = 0; i < 90; i++) {
      await first.peek();
      first.remove();
    }
    await first.close();
    const second = await open(folder);
    expect(sizeOf(folder)).toBeLessThan(before / 2);
    expect(await drain(second)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    await second.close();
  });

  it('drops the oldest beyond its limit, never the one that may be under way, and says so', async () => {
    const folder = folderOf();
    const spool = await open(folder, 128 * 1024);
    const lost: string[] = [];
    spool.tell((reason, points) => lost.push(`${reason} ${points}`));
    for (let i = 0; i < 100; i++) {
      expect(spool.append(bodyOf(i, 10_000), 0)).toBeUndefined();
      await spool.durable();
      if (i === 0) await spool.peek();
    }
    expect(spool.append(bodyOf(100, 200_000), 0)).toBe('spool_full');
    const kept = await drain(spool);
    expect(kept[0]).toBe(0);
    expect(kept.slice(1)).toEqual(Array.from({ length: kept.length - 1 }, (_, i) => 101 - kept.length + i));
    expect(kept.length + lost.length).toBe(100);
    expect(new Set(lost)).toEqual(new Set(['spool_full 1']));
    await spool.close();
  });

  it('keeps the files within a quarter more than its limit however long the receiver is away', async () => {
    const folder = folderOf();
    const limit = 256 * 1024;
    const spool = await open(folder, limit);
    for (let i = 0; i < 500; i++) {
      spool.append(bodyOf(i, 5_000), 0);
      await spool.durable();
      if (i % 50 === 49) expect(sizeOf(folder)).toBeLessThan(limit * 1.25);
    }
    await spool.close();
  });

  it('counts what the disk lost, and goes on with what is left', async () => {
    const folder = folderOf();
    const first = await open(folder);
    for (let i = 0; i < 60; i++) {
      first.append(bodyOf(i, 10_000), 0);
      await first.durable();
    }
    let lost = 0;
    first.tell((_reason, points) => (lost += points));
    const [oldest] = readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .sort();
    writeFileSync(join(folder, oldest!), '');
    const left = await drain(first);
    expect(left.length).toBeGreaterThan(10);
    expect(left.length + lost).toBe(60);
    await first.close();
  });
});

describe('a lane with a spool', () => {
  const lane = (spool: JournalSpool, answer: (parcel: BodyParcel) => Receipt) => {
    const arrived: number[] = [];
    const clock = new ManualClock();
    let reply = answer;
    const delivery = new Delivery<BodyParcel>({
      destination: 'test',
      transport: {
        send: async (parcel) => {
          await new Promise(setImmediate);
          const receipt = reply(parcel);
          if (receipt.outcome === 'delivered') arrived.push(numberOf(parcel));
          return receipt;
        },
      },
      clock,
      board: new Board(),
      random: createRandom(1),
      queueBytes: 1_000,
      spool,
    });
    return { delivery, clock, arrived, answer: (next: (parcel: BodyParcel) => Receipt) => (reply = next) };
  };

  it('spools while the receiver is away, and catches up in order, each once', async () => {
    const world = lane(await open(folderOf()), () => unreachable);
    for (let i = 0; i < 30; i++) {
      world.delivery.offer(bodyOf(i));
      if (i === 20) await settled();
    }
    expect(world.delivery.counts).toMatchObject({ produced: 30, spooled: 30, queued: 0 });
    world.answer(() => delivered);
    expect(await world.delivery.flush(MINUTE_US)).toBe(true);
    expect(world.arrived).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(world.delivery.counts).toEqual({ produced: 30, sent: 30, dropped: 0, queued: 0, spooled: 0 });
    await world.delivery.close(1_000);
  });

  it('keeps what is left at shutdown for the next start, which takes it over', async () => {
    const folder = folderOf();
    const first = lane(await open(folder), () => unreachable);
    for (let i = 0; i < 5; i++) first.delivery.offer(bodyOf(i));
    await first.delivery.close(1_000);
    expect(first.delivery.counts).toMatchObject({ produced: 5, spooled: 5, dropped: 0 });
    const second = lane(await open(folder), () => delivered);
    second.delivery.offer(bodyOf(5));
    await second.delivery.flush(MINUTE_US);
    expect(second.arrived).toEqual([0, 1, 2, 3, 4, 5]);
    expect(second.delivery.counts).toMatchObject({ produced: 6, sent: 6 });
    await second.delivery.close(1_000);
  });

  it('accounts for every point and doubles none, whenever the plug is pulled', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ offer: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 2, arbitrary: fc.record({ answer: fc.constantFrom(delivered, unreachable, refused) }) },
      fc.record({ passUs: fc.integer({ min: 0, max: 3 * MINUTE_US }) }),
      fc.constant({ restart: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const folder = mkdtempSync(join(tmpdir(), 'quorumscope-spool-'));
        const arrived: number[] = [];
        let answer: Receipt = delivered;
        let offered = 0;
        let before = 0;
        let world = lane(await open(folder, 2_000), () => answer);
        const check = (): void => {
          const { produced, sent, dropped, queued, spooled } = world.delivery.counts;
          expect(sent + dropped + queued + spooled).toBe(produced);
        };
        for (const one of steps) {
          if ('offer' in one) world.delivery.offer(bodyOf(offered++, 150, one.offer));
          if ('answer' in one) answer = one.answer;
          if ('passUs' in one) world.clock.advance(one.passUs);
          if ('restart' in one) {
            await world.delivery.close(1_000);
            before = world.delivery.counts.spooled;
            arrived.push(...world.arrived);
            world = lane(await open(folder, 2_000), () => answer);
            expect(world.delivery.counts.produced).toBe(before);
          }
          await settled();
          check();
        }
        await world.delivery.close(1_000);
        check();
        arrived.push(...world.arrived);
        expect(arrived).toEqual([...new Set(arrived)].sort((a, b) => a - b));
        rmSync(folder, { recursive: true, force: true });
      }),
      { seed: 20261122, numRuns: 30 },
    );
  });

  it('loses nothing that was durable when its process is killed', async () => {
    const folder = folderOf();
    const script = join(import.meta.dirname, 'killed-spooler.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.split('\n').length > 5) resolve();
      });
    });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const durable = Number(printed.trimEnd().split('\n').at(-1)!);
    const spool = await open(folder, 1 << 26);
    const numbers = await drain(spool);
    expect(numbers.length).toBeGreaterThan(durable);
    expect(numbers).toEqual(numbers.map((_, i) => i));
    await spool.close();
  });
});
