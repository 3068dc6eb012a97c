/**
 * Records what was received, line by line, so that `replay` of the recording gives the same board.
 *
 * The lines of all connections share one file: each says for whom it speaks, and before the first
 * line of a node in a file, or under another run, stands a `hello` that is in force. A line of which
 * nobody is known to have said it is given an empty node, so that no replay can take it for another's.
 * Oversize, half and undecodable lines are counted by the intake and not recorded, nor is the end of a
 * connection: in a replay a node is attached throughout.
 */
import type { Logger } from '../base/logger.js';
import { encodeEvent } from '../events/encode.js';
import type { HelloEvent } from '../events/vocabulary.js';
import type { Board } from '../metrics/board.js';
import { stampNode } from './node-stamp.js';
import { RecordingFile } from './recording-file.js';
import type { Speaking, Tap } from './tap.js';

/** Beyond these everybody introduces themselves again: costs lines, not correctness. */
const MAX_INTRODUCED = 10_000;

/** Where to record to, and its bounds. */
export interface RecorderOptions {
  readonly path: string;
  readonly board: Board;
  readonly logger: Logger;
  /** Size at which a file is rotated. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Rotated files kept: `<path>.1`, the newest, to `<path>.<keep>`. Default 4. */
  readonly keep?: number;
  /** Most bytes that may wait for the disk. Default 8 MiB. */
  readonly bufferBytes?: number;
}

/** A tap that writes a replayable file. Never hurts the intake: what cannot be written is counted. */
export class Recorder implements Tap {
  readonly #file: RecordingFile;
  /** The `hello` in force in the file, by node. */
  readonly #inForce = new Map<string, HelloEvent>();

  constructor({ path, board, logger, maxBytes, keep, bufferBytes }: RecorderOptions) {
    const bounds = {
      maxBytes: maxBytes ?? 256 * 1024 * 1024,
      keep: keep ?? 4,
      bufferBytes: bufferBytes ?? 8 * 1024 * 1024,
    };
    // After a loss every node introduces itself again: its last hello may be among what was lost.
    this.#file = new RecordingFile({ path, ...bounds }, board, logger, () => this.#inForce.clear());
  }

  line(line: string, speaking: Speaking | undefined): void {
    this.#rotateWhenFull();
    if (!speaking) return void this.#file.append(stampNode(line, ''));
    const { hello } = speaking;
    if (!this.#isInForce(hello)) this.#introduce(speaking);
    this.#file.append(stampNode(line, hello.node));
  }

  hello(line: string, speaking: Speaking): void {
    this.#rotateWhenFull();
    const { hello } = speaking;
    if (this.#file.append(stampNode(line, hello.node))) this.#enforce(hello);
  }

  /** Writes what waits and closes the file. Later lines are lost. */
  close(): Promise<void> {
    return this.#file.close();
  }

  #introduce(speaking: Speaking): void {
    const { hello } = speaking;
    const line = encodeEvent({ ...hello, next_seq: speaking.nextSeq() });
    if (this.#file.append(line)) this.#enforce(hello);
  }

  #isInForce({ node, chain, run }: HelloEvent): boolean {
    const said = this.#inForce.get(node);
    return said?.run === run && said.chain === chain;
  }

  #enforce(hello: HelloEvent): void {
    if (this.#inForce.size >= MAX_INTRODUCED) this.#inForce.clear();
    this.#inForce.set(hello.node, hello);
  }

  #rotateWhenFull(): void {
    if (!this.#file.isFull) return;
    this.#file.rotate();
    this.#inForce.clear();
  }
}
