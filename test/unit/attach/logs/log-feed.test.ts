import { describe, expect, it } from 'vitest';
import { withoutAnsi } from '../../../../src/attach/logs/ansi.js';
import { compileTemplate } from '../../../../src/attach/logs/template.js';
import { LogFeed } from '../../../../src/attach/logs/log-feed.js';

function fed() {
  const lines: string[] = [];
  const written: string[] = [];
  const unreadable: string[] = [];
  let ended = 0;
  const translator = {
    line: (text: string) => {
      lines.push(text);
      return { told: text.startsWith('view') ? [`{"a":${lines.length}}`, '{"b":1}'] : [] };
    },
  };
  const feed = {
    write: (chunk: Uint8Array) => written.push(Buffer.from(chunk).toString()),
    end: () => ended++,
  };
  const log = new LogFeed(translator, feed, (reason) => unreadable.push(reason));
  return { log, lines, written, unreadable, ended: () => ended };
}

describe('a log that is fed', () => {
  it('gives whole lines to the translator wherever chunks end, and what they tell to the feed', () => {
    const { log, lines, written } = fed();
    for (const byte of Buffer.from('noise é\r\nview 1\nvi')) log.write(Buffer.of(byte));
    expect(lines).toEqual(['noise é', 'view 1']);
    expect(written.join('')).toBe('{"a":2}\n{"b":1}\n');
    log.write(Buffer.from('ew 2'));
    expect(lines).toHaveLength(2);
    log.finishLine();
    expect(lines[2]).toBe('view 2');
  });

  it('skips what is binary or endless, counts it, and reads on', () => {
    const { log, lines, unreadable } = fed();
    log.write(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]));
    log.write(Buffer.alloc(10 << 20, 'x'));
    log.write(Buffer.from('\nview 3\n'));
    expect(unreadable).toEqual(['invalid_utf8', 'oversize']);
    expect(lines).toEqual(['view 3']);
  });

  it('takes the last line without its newline when the log ends', () => {
    const { log, lines, ended } = fed();
    log.write(Buffer.from('view 4'));
    log.end();
    expect(lines).toEqual(['view 4']);
    expect(ended()).toBe(1);
  });

  it('shows the translator no escape sequences', () => {
    const { log, lines } = fed();
    log.write(
      Buffer.from('\u001b[2m10:00\u001b[0m \u001b[32m INFO\u001b[0m entering \u001b[1;3mview\u001b[m=v1\n'),
    );
    expect(lines).toEqual(['10:00  INFO entering view=v1']);
  });
});

describe('escape sequences', () => {
  it.each([
    ['plain', 'plain'],
    ['\u001b[38;5;12mx\u001b[0m', 'x'],
    ['broken \u001b[31', 'broken '],
    ['alone \u001b', 'alone '],
    ['\u001b[3\u001b[4mz', 'z'],
    ['\u001b7saved\u001b8', 'saved'],
  ])('%j', (text, plain) => expect(withoutAnsi(text)).toBe(plain));

  it('cost no more than the line is long', () => {
    const bait = '\u001b['.repeat(500_000);
    expect(withoutAnsi(bait)).toBe('');
  });
});

describe('a template that begins behind spaces', () => {
  it('goes over a line of spaces once', () => {
    const template = compileTemplate('entering view <view> role=<role>');
    if (typeof template === 'string') throw new Error(template);
    const bait = `entering view 1${' '.repeat(1 << 19)}`;
    const before = process.cpuUsage();
    expect(template.match(bait, {})).toBe(false);
    const { user, system } = process.cpuUsage(before);
    // Going back to every space takes minutes.
    expect(user + system).toBeLessThan(2_000_000);
    expect(template.match('entering view 12   role=Leader', {})).toBe(true);
  });
});
