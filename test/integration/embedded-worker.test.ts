/** Events of a node reach a real worker thread, in order, whole, also when they come faster than it looks. */
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { attachWorker, createHooks } from '../../src/hooks.js';

const reader = pathToFileURL(join(import.meta.dirname, 'ring-counter.mjs')).href;
const source = `import('tsx/esm/api').then(({ register }) => { register(); return import('${reader}'); })`;

it('a worker thread receives what the hooks state, and is told what it missed', async () => {
  const worker = new Worker(source, { eval: true });
  await once(worker, 'message');
  const hooks = createHooks({ node: 'n', chain: 'c' });
  const way = attachWorker(hooks, worker, {
    ringBytes: 16_384,
    maxBufferBytes: 400_000,
    closeTimeoutUs: 10_000_000,
  });
  for (let view = 0; view < 20_000; view++) {
    hooks.consensus.viewEntered({ view, trigger: 'qc', leader: `validator-${view % 4}-é` });
  }
  const text = once(worker, 'message');
  await way.close();
  const lines = String((await text)[0]).split('\n');
  expect(lines.pop()).toBe('');
  const events = lines.map((line) => JSON.parse(line) as { type: string; seq: number; count?: number });
  const received = events.filter(({ type }) => type === 'consensus.view_entered');
  const admitted = events.reduce((sum, { count }) => sum + (count ?? 0), 0);
  expect(events[0]!.type).toBe('hello');
  expect(admitted).toBe(hooks.stats().dropped.consensus);
  expect(received.length + admitted).toBe(20_000);
  expect(received.every(({ seq }, i) => i === 0 || seq > received[i - 1]!.seq)).toBe(true);
  await worker.terminate();
});
