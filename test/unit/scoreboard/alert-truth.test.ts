/** What the truth bears out of an alert, and what it does not. */
import { describe, expect, it } from 'vitest';
import { borneOut, lastingFaults, type Truths } from '../../../scripts/scoreboard/alert-truth.js';
import type { TruthLine } from '../../../simulator/main.js';

const SECOND_US = 1_000_000;
const at = (seconds: number): number => seconds * SECOND_US;

const fault = (kind: 'crash' | 'clock', validator: string, fromS: number, untilS?: number): TruthLine[] => {
  const line = { fault: kind, validator, validators: [validator] } as const;
  const begin: TruthLine = { ...line, at_us: at(fromS), phase: 'begin' };
  return untilS === undefined ? [begin] : [begin, { ...line, at_us: at(untilS), phase: 'end' }];
};

const failed = (seconds: number, cause: 'leader_silent' | 'message_loss', culprits: string[]): TruthLine => ({
  type: 'view',
  at_us: at(seconds),
  view: seconds,
  outcome: 'failed',
  leader: 'validator-0',
  collector: 'validator-1',
  cause,
  culprits,
  timed_out: ['validator-2'],
  own: {},
});

const truths = (lines: readonly TruthLine[], conditions: Truths['conditions'] = new Set()): Truths => ({
  lines,
  conditions,
  startUs: 0,
});

describe('borneOut', () => {
  const down = { alertname: 'HotStuffNodeDown', node_id: 'node-2' };

  it('finds the fault of the node that is named, and when it began and ended', () => {
    const lines = fault('crash', 'validator-2', 10, 100);
    expect(borneOut(down, at(70), truths(lines))).toEqual({ sinceUs: at(10), endedUs: at(100) });
    expect(borneOut(down, at(70), truths(fault('crash', 'validator-2', 10)))).toEqual({
      sinceUs: at(10),
      endedUs: undefined,
    });
  });

  it('finds nothing where another is at fault, another kind of fault lasts, or it comes later or was long before', () => {
    expect(borneOut(down, at(70), truths(fault('crash', 'validator-1', 10, 100)))).toBeUndefined();
    expect(borneOut(down, at(70), truths(fault('clock', 'validator-2', 10, 100)))).toBeUndefined();
    expect(borneOut(down, at(70), truths(fault('crash', 'validator-2', 80, 100)))).toBeUndefined();
    expect(borneOut(down, at(800), truths(fault('crash', 'validator-2', 10, 100)))).toBeUndefined();
  });

  it('asks of failed views for the cause or the culprit that is named', () => {
    const lines = [failed(10, 'leader_silent', ['validator-0'])];
    const blames = (validator: string) => ({ alertname: 'HotStuffValidatorFailsViews', validator });
    const because = (cause: string) => ({ alertname: 'HotStuffNetworkFailsViews', cause });
    expect(borneOut(blames('validator-0'), at(20), truths(lines))).toMatchObject({ sinceUs: at(10) });
    expect(borneOut(blames('validator-1'), at(20), truths(lines))).toBeUndefined();
    expect(borneOut(because('message_loss'), at(20), truths(lines))).toBeUndefined();
    expect(borneOut(because('unknown'), at(20), truths(lines))).toMatchObject({ sinceUs: at(10) });
  });

  it('bears out nothing that it does not know', () => {
    const lines = fault('crash', 'validator-2', 10, 100);
    expect(borneOut({ alertname: 'SomethingElse' }, at(70), truths(lines))).toBeUndefined();
  });

  it('takes a condition of the whole run', () => {
    const loss = { alertname: 'HotStuffMessageLoss' };
    expect(borneOut(loss, at(70), truths([]))).toBeUndefined();
    expect(borneOut(loss, at(70), truths([], new Set(['loss'])))).toEqual({ sinceUs: 0, endedUs: undefined });
  });
});

it('pairs each begin of a fault with the next end of the same', () => {
  const lines = [
    ...fault('crash', 'validator-1', 1, 5),
    ...fault('crash', 'validator-2', 2, 9),
    ...fault('crash', 'validator-1', 7),
  ];
  expect(
    lastingFaults(lines).map(({ fromUs, untilUs }) => [fromUs / SECOND_US, untilUs / SECOND_US]),
  ).toEqual([
    [1, 5],
    [2, 9],
    [7, Infinity],
  ]);
});
