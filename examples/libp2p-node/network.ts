/** Starts a network of example validators on loopback, each with hooks of its own. */
import { createHooks, type Hooks } from '../../src/hooks.js';
import { Validator, type NetworkFacts } from './validator.js';

/** A running network. */
export interface ExampleNetwork {
  readonly validators: readonly Validator[];
  stop(): Promise<void>;
}

/**
 * Starts `facts.size` validators, connects every pair, and lets consensus begin.
 * @param attached called with each validator's hooks before it says anything
 */
export async function startNetwork(
  facts: NetworkFacts,
  attached: (hooks: Hooks, index: number) => void | Promise<void>,
): Promise<ExampleNetwork> {
  const set = Array.from({ length: facts.size }, (_, index) => ({ id: `validator-${index}`, power: 1 }));
  const validators: Validator[] = [];
  for (const [index, { id }] of set.entries()) {
    const hooks = createHooks({
      node: `node-${index}`,
      chain: facts.chain,
      validator: id,
      validators: set,
      protocol: 'hotstuff2-chained',
      viewTimeoutUs: facts.viewTimeoutUs,
      software: 'libp2p-node example',
    });
    await attached(hooks, index);
    validators.push(await Validator.listen(index, hooks, facts));
  }
  for (const validator of validators) validator.meet(validators);
  await Promise.all(validators.map((validator) => validator.connect(validators)));
  for (const validator of validators) validator.begin();
  return {
    validators,
    stop: async () => void (await Promise.all(validators.map((validator) => validator.stop()))),
  };
}
