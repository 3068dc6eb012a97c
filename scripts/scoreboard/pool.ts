/** Runs cases, in this process or shared out among a few of their own; in whatever order they end. */
import { fork, type ChildProcess } from 'node:child_process';
import { runCase, type CaseOrder, type CaseResult } from './case.js';

/**
 * Runs all of them.
 * @param jobs processes; 1: this one
 * @param done hears each result
 * @throws Error when a case throws or a process dies
 */
export async function runCases(
  orders: readonly CaseOrder[],
  jobs: number,
  done: (result: CaseResult, order: CaseOrder) => void,
): Promise<void> {
  const waiting = [...orders];
  if (jobs <= 1 || waiting.length <= 1) {
    for (const order of waiting) done(await runCase(order), order);
    return;
  }
  const workers = Array.from({ length: Math.min(jobs, waiting.length) }, () =>
    fork(new URL('./worker.ts', import.meta.url), { serialization: 'advanced' }),
  );
  try {
    await Promise.all(workers.map((worker) => serve(worker, () => waiting.shift(), done)));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function serve(
  worker: ChildProcess,
  next: () => CaseOrder | undefined,
  done: (result: CaseResult, order: CaseOrder) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: CaseOrder | undefined;
    const go = (): void => {
      current = next();
      if (current === undefined) resolve();
      else worker.send(current);
    };
    worker.on('message', (answer: { result: CaseResult } | { error: string }) => {
      if ('error' in answer) return reject(new Error(`${wordsOf(current)}: ${answer.error}`));
      if (current !== undefined) done(answer.result, current);
      go();
    });
    worker.on('exit', (code) => {
      if (current !== undefined) reject(new Error(`${wordsOf(current)}: its process ended with ${code}`));
    });
    go();
  });
}

function wordsOf(order: CaseOrder | undefined): string {
  return order === undefined ? 'a case' : `${order.scenario} seed ${order.seed}`;
}
