/**
 * Runs cases and writes down what came of each, so that a long run may be interrupted and goes on where it was. A result
 * is taken from the folder when it was asked for in the same words, whatever commit made it; commits are told.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CaseOrder, CaseResult } from './case.js';
import { runCases } from './pool.js';

/** Where results are kept. */
export interface Saving {
  /** Made when it is not there; undefined: nothing is kept. */
  readonly folder: string | undefined;
  /** Of this working tree. */
  readonly commit: string;
}

interface Saved {
  readonly commit: string;
  readonly order: CaseOrder;
  readonly result: CaseResult;
}

/**
 * Runs those of which there is no result yet.
 * @param done hears each result, those from the folder first
 * @returns the commits that the results are of
 * @throws Error when a case throws; what was finished before is kept
 */
export async function runSavedCases(
  orders: readonly CaseOrder[],
  jobs: number,
  { folder, commit }: Saving,
  done: (result: CaseResult) => void,
): Promise<string[]> {
  if (folder === undefined) {
    await runCases(orders, jobs, done);
    return [commit];
  }
  mkdirSync(folder, { recursive: true });
  const commits = new Set<string>();
  const waiting = orders.filter((order) => {
    const file = join(folder, fileOf(order));
    if (!existsSync(file)) return true;
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Saved;
    commits.add(saved.commit);
    done(saved.result);
    return false;
  });
  await runCases(waiting, jobs, (result, order) => {
    const file = join(folder, fileOf(order));
    const saved: Saved = { commit, order, result };
    writeFileSync(`${file}.part`, JSON.stringify(saved));
    renameSync(`${file}.part`, file);
    commits.add(commit);
    done(result);
  });
  return [...commits];
}

/** Name, seed, and a digest of everything that was asked for. */
function fileOf(order: CaseOrder): string {
  const asked = { ...order, scenario: basename(order.scenario, '.yaml') };
  const digest = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 10);
  return `${asked.scenario}-${order.seed}-${digest}.json`;
}
