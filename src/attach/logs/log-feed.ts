/**
 * One log: bytes to lines, lines through a translator, and what they tell into a feed. In goes whatever a
 * program printed; out come lines of our protocol. A line is read once and never kept.
 *
 * States: open -> ended. Nothing that a log holds throws or makes it slow: a line of more than 1 MiB, or one that is
 * not UTF-8, is skipped and counted.
 */
import { LineSplitter, type LineProblem } from '../../events/lines.js';
import type { Feed } from '../feed.js';
import { withoutAnsi } from './ansi.js';

/** What a translator must do: one line in, lines of our protocol out. Never throws. */
export interface TranslatesLines {
  line(text: string): { readonly told: readonly string[] };
}

/** Told of lines that are none. */
export type OnUnreadable = (reason: LineProblem) => void;

/** Feeds one log into one feed. */
export class LogFeed implements Feed {
  readonly #translator: TranslatesLines;
  readonly #feed: Feed;
  readonly #splitter: LineSplitter;
  readonly #onUnreadable: OnUnreadable;
  #told: string[] = [];

  constructor(translator: TranslatesLines, feed: Feed, onUnreadable: OnUnreadable = () => undefined) {
    this.#translator = translator;
    this.#feed = feed;
    this.#onUnreadable = onUnreadable;
    this.#splitter = this.#newSplitter();
  }

  /** Takes bytes of the log, which may end anywhere. */
  write(chunk: Uint8Array): void {
    this.#splitter.write(chunk);
    this.#flush();
  }

  /** Takes one whole line, where whoever delivers it knows where lines end. */
  line(text: string): void {
    this.#line(text);
    this.#flush();
  }

  /** What has come of an unfinished line is all that will: a file that was moved away ends where it ends. */
  finishLine(): void {
    this.#splitter.end({ complete: true });
    this.#flush();
  }

  /** Reading ends here and goes on later: an unfinished line is left for then. */
  leave(): void {
    this.#feed.end();
  }

  /** The log has ended. */
  end(): void {
    this.finishLine();
    this.#feed.end();
  }

  #newSplitter(): LineSplitter {
    return new LineSplitter({
      line: (text) => this.#line(text),
      problem: (reason) => this.#onUnreadable(reason),
    });
  }

  #line(text: string): void {
    const { told } = this.#translator.line(withoutAnsi(text));
    for (const line of told) this.#told.push(line);
  }

  #flush(): void {
    if (this.#told.length === 0) return;
    this.#feed.write(Buffer.from(`${this.#told.join('\n')}\n`));
    this.#told = [];
  }
}
