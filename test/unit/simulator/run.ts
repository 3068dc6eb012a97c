/** Runs of the simulator for its tests: the usual network, and a recorder of what its nodes say. */
import { domainNames, domains } from '../../../src/events/vocabulary.js';
import { snakeCase } from '../../../src/events/schema.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
  type SimulationResult,
} from '../../../simulator/main.js';

export const DELAY_US = 10_000;
export const TIMEOUT_US = 200_000;
export const WAIT_US = 40_000;

/** Four validators, 10 ms apart, ideal machines. */
export const usual: SimulationOptions = {
  validators: 4,
  seed: 1,
  delayUs: DELAY_US,
  viewTimeoutUs: TIMEOUT_US,
  leaderWaitUs: WAIT_US,
  speed: 'max',
};

export function simulate(options: Partial<SimulationOptions>): Promise<SimulationResult> {
  return createSimulation({ ...usual, ...options }).run();
}

/** One thing said by a node. */
export interface Said {
  readonly identity: NodeIdentity;
  readonly type: string;
  readonly tsUs: number;
  readonly monoUs: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Hooks that write everything down. */
export function recorder(): { said: Said[]; hooksFor: (identity: NodeIdentity) => SimulatedNodeHooks } {
  const said: Said[] = [];
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks => {
    const hooks = domainNames.map((domain) => {
      const names = Object.keys(domains[domain]).map((hook) => {
        const type = `${domain}.${snakeCase(hook)}`;
        const say = (body: Said['body']): void => {
          const { clock } = identity;
          said.push({ identity, type, tsUs: clock.nowUs(), monoUs: clock.monoUs(), body });
        };
        return [hook, say];
      });
      return [domain, Object.fromEntries(names) as Record<string, unknown>];
    });
    return Object.fromEntries(hooks) as SimulatedNodeHooks;
  };
  return { said, hooksFor };
}
