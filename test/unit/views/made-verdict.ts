/** Verdicts for tests, in few words. */
import type { ViewVerdict } from '../../../src/domains/consensus/verdict/view-verdict.js';

/** A decided view unless said otherwise. */
export function verdictOn(view: number, more: Partial<ViewVerdict> = {}): ViewVerdict {
  return {
    chain: 'main',
    view,
    epoch: undefined,
    outcome: 'decided',
    cause: undefined,
    culprits: [],
    scope: more.cause === undefined ? 'unknown' : 'peer',
    leader: 'validator-1',
    collector: 'validator-2',
    grounds: [],
    contradictedBy: undefined,
    vantage: { nodes: ['n1'], validators: 4 },
    incomplete: [],
    enteredAtUs: 1_735_689_600_000_000 + view * 100_000,
    decidedAtUs: 1_735_689_600_100_000 + view * 100_000,
    revision: 0,
    ...more,
  };
}
