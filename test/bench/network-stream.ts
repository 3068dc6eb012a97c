/**
 * The stream of a whole network, as benches send it: sixteen simulated validators of a chained network on
 * quick links, with everything that they state, at the rates they state it. About a third of the lines are of
 * consensus, the others of storage, network, state, execution and the process. Lines name their nodes and are
 * in order of time, as those of many nodes behind one socket are. Of 215 bytes on average: ids are of 64
 * digits, and certificates list their signers.
 */
import { createSimulation } from '../../simulator/main.js';
import { createHooks } from '../../src/hooks.js';
import { attachFeed } from '../../src/attach/hooks/attach-feed.js';
import { stampNode } from '../../src/intake/node-stamp.js';

const VALIDATORS = 16;
const DELAY_US = 20_000;
/** What a view of such a network makes. */
const EVENTS_PER_VIEW = 340;

/** A stream, and of how many lines it is. */
export interface NetworkStream {
  readonly bytes: Buffer;
  readonly lines: number;
}

/** `events` lines or some more, hellos included. */
export async function networkStream(events: number): Promise<NetworkStream> {
  const said: Line[] = [];
  const simulation = createSimulation({
    validators: VALIDATORS,
    seed: 1,
    delayUs: DELAY_US,
    leaderWaitUs: 2 * DELAY_US,
    viewTimeoutUs: 500_000,
    maxViews: Math.ceil(events / EVENTS_PER_VIEW),
    speed: 'max',
    startUs: Date.now() * 1000,
    hooksFor: (identity) => {
      const { node } = identity;
      const hooks = createHooks(identity);
      const write = (batch: Uint8Array): void => {
        for (const text of Buffer.from(batch).toString('latin1').split('\n'))
          if (text !== '') said.push({ atUs: timeOf(text), text: stampNode(text, node) });
      };
      attachFeed(hooks, { write, end: () => undefined });
      return hooks;
    },
  });
  await simulation.run();
  said.sort((a, b) => a.atUs - b.atUs);
  return { bytes: Buffer.from(said.map(({ text }) => `${text}\n`).join(''), 'latin1'), lines: said.length };
}

interface Line {
  readonly atUs: number;
  readonly text: string;
}

function timeOf(line: string): number {
  return Number(/"ts_us":(\d+)/.exec(line)![1]);
}
