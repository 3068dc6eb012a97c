/**
 * The port for whoever wants the lines themselves, such as the recorder. Called while a line is being
 * taken in: an implementation is quick, keeps its memory bounded and never throws.
 */
import type { HelloEvent, StreamEvent } from '../events/vocabulary.js';

/** For whom a line speaks, as far as the stream has said. */
export interface Speaking {
  /** The `hello` that the node's lines stand under. */
  readonly hello: HelloEvent;
  /** What `next_seq` of a `hello` said now would be. */
  nextSeq(): Readonly<Record<string, number>>;
}

/** Hears every line that arrives, before its event is counted. */
export interface Tap {
  /**
   * A line without its newline, valid or not; oversize, half and undecodable ones are not shown.
   * @param speaking the node that the line names, or that it stands for by default; undefined before any `hello`
   * @param event what the line says; undefined when it is invalid or of an unknown type
   */
  line(line: string, speaking: Speaking | undefined, event?: Exclude<StreamEvent, HelloEvent>): void;
  /** A line that is a `hello`, already in force: `speaking` is under it. */
  hello(line: string, speaking: Speaking): void;
}
