/** The words of `simulate`: what they mean, and that every wrong one is told at once. */
import { describe, expect, it } from 'vitest';
import type { QuorumscopeError } from '../../../src/base/errors.js';
import { readCommand } from '../../../src/cli/simulate-control.js';
import { readSimulateOptions } from '../../../src/cli/simulate-options.js';
import { validatorOf } from '../../../src/cli/simulate-words.js';

describe('readSimulateOptions', () => {
  it('reads times, faults and validators', () => {
    const options = readSimulateOptions({
      duration: '1m30s',
      delay: '5ms',
      crash: ['v2@5s', 'validator-1@1m'],
      slow: ['0@2s:300ms'],
      heal: ['node-2@20s'],
    });
    expect(options).toMatchObject({ durationUs: 90_000_000, delayUs: 5_000, leaderWaitUs: 10_000 });
    expect(options.faults).toEqual([
      { kind: 'crash', validator: 2, atUs: 5_000_000 },
      { kind: 'crash', validator: 'validator-1', atUs: 60_000_000 },
      { kind: 'slow', validator: 0, atUs: 2_000_000, delayUs: 300_000 },
      { kind: 'heal', validator: 'node-2', atUs: 20_000_000 },
    ]);
  });

  it('names every problem', () => {
    let message = '';
    try {
      readSimulateOptions({
        validators: '1',
        speed: 'fast',
        leaderWait: '5',
        attach: '/run/x.sock',
        crash: ['v2', 'v2@5s:300ms'],
        slow: ['v2@5s'],
        start: '2025-01-01',
        protocol: 'hotstuff',
        rotation: 'fair',
        pacemaker: 'fast',
        control: true,
        json: true,
      });
    } catch (error) {
      message = (error as QuorumscopeError).message;
    }
    expect(message).toMatchInlineSnapshot(`
      "simulate cannot run like this:

        --validators: found "1", expected a whole number from 2 to 10000
        --speed: found "fast", expected max or realtime
        --leader-wait: found "5", expected a duration such as 500ms, 5s or 1m30s
        --protocol: found "hotstuff", expected chained or basic or hotstuff3
        --rotation: found "fair", expected round-robin or weighted or hashed or reputation
        --pacemaker: found "fast", expected timeout or epoch
        --start: found "2025-01-01", expected an instant such as 2025-01-01T00:00:00Z, or microseconds since the Unix epoch
        --crash: found "v2", expected who@when, such as v2@5s
        --crash: found "v2@5s:300ms", expected who@when, such as v2@5s
        --slow: found "v2@5s", expected who@when:delay, such as v2@5s:300ms
        --attach: found "/run/x.sock", expected unix:///path or tcp://127.0.0.1:port
        --duration: absent, expected how long to run, such as 60s; only --speed realtime runs until stopped
        --control: takes commands while the network runs, which needs --speed realtime
        --json: one document on stdout leaves no room for --control or --truth -
      "
    `);
  });

  it.each([
    ['2025-01-01T00:00:00Z', 1_735_689_600_000_000],
    ['2025-01-01T01:00:00.250+01:00', 1_735_689_600_250_000],
    ['1735689600000001', 1_735_689_600_000_001],
  ])('begins at %s', (start, us) => {
    expect(readSimulateOptions({ duration: '1s', start }).startUs).toBe(us);
  });

  it('reads validator sets that follow each other', () => {
    const epochsOf = (epochs: string) => readSimulateOptions({ duration: '1s', epochs }).epochs;
    const sets = [
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ];
    expect(epochsOf('40:1,1,1,0/1,1,1,1')).toEqual({ blocks: 40, sets, repeat: false });
    expect(epochsOf('40:1,1,1,0/1,1,1,1/...')).toEqual({ blocks: 40, sets, repeat: true });
    for (const wrong of ['40', '0:1,1,1', '40:', '40:1,1,x', '40:1,1,1/..'])
      expect(() => epochsOf(wrong)).toThrow('--epochs: found');
  });

  it('runs for ever only in real time', () => {
    expect(readSimulateOptions({ speed: 'realtime' }).durationUs).toBeUndefined();
    expect(() => readSimulateOptions({})).toThrow('--duration: absent');
  });
});

describe('validators', () => {
  it.each([
    ['v2', 2],
    ['2', 2],
    ['validator-2', 'validator-2'],
    ['node-2', 'node-2'],
  ])('%s is %j', (name, expected) => expect(validatorOf(name)).toBe(expected));
});

describe('commands', () => {
  it.each([
    ['crash v2', { kind: 'crash', validator: 2 }],
    ['  heal   validator-1 ', { kind: 'heal', validator: 'validator-1' }],
    ['slow v0 300ms', { kind: 'slow', validator: 0, delayUs: 300_000 }],
    ['status', { kind: 'status' }],
  ])('%j is understood', (line, command) => expect(readCommand(line)).toEqual(command));

  it.each(['crash', 'crash v1 v2', 'slow v1', 'slow v1 fast', 'status v1', 'fly'])(
    '%j is a problem',
    (line) => expect(readCommand(line)).toMatchObject({ kind: 'problem' }),
  );

  it('an empty line is nothing', () => expect(readCommand('  ')).toBeUndefined());
});
