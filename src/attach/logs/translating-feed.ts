/**
 * A door through which a program's log comes: splits it into lines, translates them, and writes what they tell into a
 * feed of the intake as lines of our protocol. Lines that are none (binary, too long) are counted as failed.
 *
 * Holds at most one unfinished line, and what one chunk told until it is written on.
 */
import { LineSplitter } from '../../events/lines.js';
import type { Feed, LosslessFeed, OpenLosslessFeed } from '../feed.js';
import type { LogTranslator } from './translator.js';

/** A feed of the intake behind a translator. */
export function translateInto(feed: Feed, translator: LogTranslator): Feed {
  let told: string[] = [];
  const splitter = new LineSplitter({
    line: (text) => void told.push(...translator.line(text).told),
    problem: () => translator.noLine(),
  });
  const pass = (): void => {
    if (told.length === 0) return;
    feed.write(Buffer.from(`${told.join('\n')}\n`, 'utf8'));
    told = [];
  };
  return {
    write: (chunk) => {
      splitter.write(chunk);
      pass();
    },
    end: () => {
      splitter.end({ complete: true });
      pass();
      feed.end();
    },
  };
}

/** A door for whole files of a program's log. */
export function translatingDoor(openFeed: OpenLosslessFeed, translator: LogTranslator): OpenLosslessFeed {
  return (source): LosslessFeed => {
    const feed = openFeed(source);
    return { ...translateInto(feed, translator), ready: () => feed.ready(), drained: () => feed.drained() };
  };
}
