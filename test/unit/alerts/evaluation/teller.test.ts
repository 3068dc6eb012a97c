import { describe, expect, it } from 'vitest';
import { Teller } from '../../../../src/alerts/evaluation/teller.js';
import type { Alert } from '../../../../src/alerts/alert.js';

const alert = (name: string, endsAtUs?: number): Alert => ({
  labels: { alertname: name },
  annotations: {},
  startsAtUs: 1,
  endsAtUs,
  generatorUrl: '',
});

/** A disk that is done when it is let, and whoever is told. */
function world() {
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const journal = {
    flush: () => new Promise<{ readonly ok: true }>((resolve) => waiting.push(() => resolve({ ok: true }))),
  };
  const listener = {
    tell: (alerts: readonly Alert[]) =>
      void told.push(
        ...alerts.map(
          ({ labels, endsAtUs }) => `${labels['alertname']} ${endsAtUs === undefined ? 'begins' : 'ends'}`,
        ),
      ),
  };
  return { told, journal, listener, sync: () => waiting.splice(0).forEach((done) => done()) };
}

describe('Teller', () => {
  it('tells of a beginning while the disk is at work, and of an end when it is done', async () => {
    const { told, journal, listener, sync } = world();
    const teller = new Teller(listener, journal);
    teller.tell([alert('A'), alert('B', 2)]);
    expect(told).toEqual(['A begins']);
    sync();
    await teller.idle();
    expect(told).toEqual(['A begins', 'B ends']);
  });

  it('lets no beginning overtake the end before it', async () => {
    const { told, journal, listener, sync } = world();
    const teller = new Teller(listener, journal);
    teller.tell([alert('A', 2)]);
    teller.tell([alert('A')]);
    expect(told).toEqual([]);
    sync();
    await teller.idle();
    expect(told).toEqual(['A ends', 'A begins']);
    teller.tell([alert('C')]);
    expect(told.at(-1)).toBe('C begins');
  });

  it('is idle only when what was written down is on disk', async () => {
    const { journal, listener, sync } = world();
    const teller = new Teller(listener, journal);
    teller.tell([]);
    let isIdle = false;
    void teller.idle().then(() => (isIdle = true));
    await Promise.resolve();
    expect(isIdle).toBe(false);
    sync();
    await teller.idle();
  });
});
