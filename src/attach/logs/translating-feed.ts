/**
 * A door through which a whole file of a program's log comes: what is read is the same as of a log that is followed.
 * Lines that are none (binary, too long) are counted as failed.
 */
import type { Feed, LosslessFeed, OpenLosslessFeed } from '../feed.js';
import { LogFeed } from './log-feed.js';
import type { LogTranslator } from './translator.js';

/** A feed of the intake behind a translator. */
export function translateInto(feed: Feed, translator: LogTranslator): Feed {
  return new LogFeed(translator, feed, () => translator.noLine());
}

/** A door for whole files of a program's log. */
export function translatingDoor(openFeed: OpenLosslessFeed, translator: LogTranslator): OpenLosslessFeed {
  return (source): LosslessFeed => {
    const feed = openFeed(source);
    const log = translateInto(feed, translator);
    return {
      write: (chunk) => log.write(chunk),
      end: () => log.end(),
      ready: () => feed.ready(),
      drained: () => feed.drained(),
    };
  };
}
