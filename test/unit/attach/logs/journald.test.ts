import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JournalFollower, readEntry } from '../../../../src/attach/logs/journald.js';
import { ManualClock } from '../../../../src/base/clock.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'journal-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A program in the place of journalctl: notes its words, prints what it is told, and then does `after`. */
function program(entries: readonly object[], after: string): string {
  const path = join(folder, 'journalctl');
  writeFileSync(join(folder, 'entries'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  writeFileSync(path, `#!/bin/sh\necho "$@" >> ${folder}/words\ncat ${folder}/entries\n${after}\n`);
  chmodSync(path, 0o755);
  return path;
}

function following(command: string, from: 'begin' | 'end' = 'end') {
  const messages: [string, number | undefined][] = [];
  const problems: string[] = [];
  let restarts = 0;
  const clock = new ManualClock();
  const follower = new JournalFollower({
    unit: 'node.service',
    from,
    clock,
    command,
    sink: {
      message: (text, tsUs) => messages.push([text, tsUs]),
      ready: () => Promise.resolve(),
      restarted: () => restarts++,
      unreadable: (problem) => problems.push(problem),
    },
  });
  follower.start();
  return { follower, messages, problems, clock, restarts: () => restarts };
}

describe('a followed journal', () => {
  it('gives messages with the time at which the journal got them, and ends its child', async () => {
    const entries = [{ MESSAGE: 'entering view', __REALTIME_TIMESTAMP: '1700000000000001', __CURSOR: 'c1' }];
    const { follower, messages } = following(program(entries, 'exec sleep 600'));
    await vi.waitFor(() => expect(messages).toEqual([['entering view', 1_700_000_000_000_001]]));
    await follower.close();
    const words = readFileSync(join(folder, 'words'), 'utf8');
    expect(words).toContain('--output=json');
    expect(words).toContain('--unit=node.service');
    expect(words).toContain('--lines=0');
  });

  it('begins again behind the last entry when the child ends, and says why it ended', async () => {
    const entries = [{ MESSAGE: 'a', __CURSOR: 's=1;i=2' }];
    const { follower, problems, clock, restarts } = following(
      program(entries, 'echo gone >&2; exit 3'),
      'begin',
    );
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toContain('ended with 3: gone');
    clock.advance(1_000_000);
    expect(restarts()).toBe(1);
    const words = (): string[] => readFileSync(join(folder, 'words'), 'utf8').trim().split('\n');
    await vi.waitFor(() => expect(words()).toHaveLength(2));
    expect(words()[0]).toContain('--lines=all');
    expect(words()[1]).toContain('--after-cursor=s=1;i=2');
    await follower.close();
  });

  it('says that there is no such program, and goes on trying', async () => {
    const { follower, problems, clock, restarts } = following(join(folder, 'absent'));
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toContain('ENOENT');
    clock.advance(1_000_000);
    expect(restarts()).toBe(1);
    await follower.close();
  });
});

describe('an entry of the journal', () => {
  it('may hold bytes in the place of text', () => {
    expect(readEntry('{"MESSAGE":[118,105,101,119,255]}')!.text).toBe('view\ufffd');
  });

  it('may have several messages, and none', () => {
    expect(readEntry('{"MESSAGE":["a",[98,255]]}')!.text).toBe('a\nb\ufffd');
    expect(readEntry('{"__CURSOR":"s=1","PRIORITY":"6"}')).toEqual({
      text: '',
      cursor: 's=1',
      tsUs: undefined,
    });
  });

  it.each(['', 'null', '[]', '{}', '{"MESSAGE', '3'])('is not %j', (line) => {
    expect(readEntry(line)).toBeUndefined();
  });

  it('may lack its time and cursor, or have none that make sense', () => {
    expect(readEntry('{"MESSAGE":null,"__REALTIME_TIMESTAMP":"soon","__CURSOR":4}')).toEqual({
      text: '',
      cursor: undefined,
      tsUs: undefined,
    });
  });
});
