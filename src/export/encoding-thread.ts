/**
 * Encoders at work beside the intake's thread: one worker for all of them, so that what leaves never holds up
 * what arrives. It is told of the board as it was taken and sends back parcels.
 *
 * States: no worker -> (the first encoder) working -> (it crashes, or hangs) no worker -> (the next snapshot)
 * working ... -> closed. What it owed when it went is answered by a failure; encoders are opened anew.
 */
import type { Worker } from 'node:worker_threads';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { BoardCopier } from './board-copy.js';
import { bodyParcel } from './encoded.js';
import type { EncoderSpec } from './encoder-spec.js';
import type { EncodingAnswer, EncodingRequest, PackedParcels } from './encoding-room.js';
import type { EncodeTaken, EncodedTaken, Taken } from './taken.js';
import type { Selection } from './selection.js';

/** A snapshot that takes longer is given up, with the worker. Milliseconds of wall time. */
const LONGEST_MS = 30_000;

/** Opens encoders and ends them. */
export interface Encoders {
  open(spec: EncoderSpec, selection: Selection): EncodeTaken;
  /** What has not been encoded by now never will be. */
  close(): Promise<void>;
}

interface Job {
  readonly settle: (encoded: EncodedTaken) => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Opened {
  readonly spec: EncoderSpec;
  readonly selection: Selection;
  /** It has encoded something in a worker that is gone. */
  isResumed: boolean;
}

/** The worker, as far as it is needed here; tests have one of their own. */
export type Thread = Pick<Worker, 'postMessage' | 'on' | 'terminate' | 'unref'>;

/** The near side. */
export class EncodingThread implements Encoders {
  readonly #logger: Logger;
  readonly #start: () => Thread;
  readonly #opened: Opened[] = [];
  readonly #jobs = new Map<number, Job>();
  #worker: Thread | undefined;
  #copier = new BoardCopier();
  #taken: Taken | undefined;
  #lastJob = 0;
  #isClosed = false;

  /** @param start starts the worker */
  constructor(logger: Logger, start: () => Thread) {
    this.#logger = logger;
    this.#start = start;
  }

  open(spec: EncoderSpec, selection: Selection): EncodeTaken {
    const encoder = this.#opened.push({ spec, selection, isResumed: false }) - 1;
    // Its code is loaded before it is first needed.
    if (this.#worker !== undefined) this.#openIn(this.#worker, encoder);
    else this.#working();
    return (taken) => this.#encode(encoder, taken);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#lose(worker, new Error('the sidecar stops'));
    await worker.terminate();
  }

  #encode(encoder: number, taken: Taken): Promise<EncodedTaken> {
    if (this.#isClosed) return Promise.reject(new Error('the sidecar stops'));
    const worker = this.#working();
    if (this.#taken !== taken) {
      this.#taken = taken;
      ask(worker, { ask: 'take', board: this.#copier.copy(taken.board), takenAtUs: taken.takenAtUs });
    }
    const job = ++this.#lastJob;
    ask(worker, { ask: 'encode', encoder, job });
    return new Promise((settle, fail) => {
      const timer = setTimeout(() => this.#giveUp(worker), LONGEST_MS).unref();
      this.#jobs.set(job, { settle, fail, timer });
    });
  }

  #working(): Thread {
    if (this.#worker !== undefined) return this.#worker;
    const worker = (this.#worker = this.#start());
    worker.unref();
    worker.on('message', (answer: EncodingAnswer) => this.#answered(answer));
    worker.on('error', (error: Error) => {
      this.#logger.error('the encoders of exports failed', { error: messageOf(error) });
      this.#lose(worker, error);
    });
    worker.on('exit', () => this.#lose(worker, new Error('the encoders have ended')));
    this.#copier = new BoardCopier();
    this.#taken = undefined;
    for (const encoder of this.#opened.keys()) this.#openIn(worker, encoder);
    return worker;
  }

  #openIn(worker: Thread, encoder: number): void {
    const { spec, selection, isResumed } = this.#opened[encoder]!;
    ask(worker, { ask: 'open', encoder, spec, selection, isResumed });
  }

  #answered(answer: EncodingAnswer): void {
    const job = this.#jobs.get(answer.job);
    if (job === undefined) return;
    this.#jobs.delete(answer.job);
    clearTimeout(job.timer);
    if ('failure' in answer) job.fail(new Error(answer.failure));
    else job.settle({ parcels: unpacked(answer.parcels), omitted: answer.omitted, tookUs: answer.tookUs });
  }

  #giveUp(worker: Thread): void {
    this.#logger.error('the encoders of exports hang and are started anew', { longestMs: LONGEST_MS });
    this.#lose(worker, new Error(`encoding took longer than ${LONGEST_MS} ms`));
    void worker.terminate();
  }

  /** The worker is gone, or will be: nothing more is expected of it. */
  #lose(worker: Thread, why: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const opened of this.#opened) opened.isResumed = true;
    const lost = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const { fail, timer } of lost) {
      clearTimeout(timer);
      fail(why);
    }
  }
}

function ask(worker: Thread, request: EncodingRequest): void {
  worker.postMessage(request);
}

function unpacked({ bytes, ends, points }: PackedParcels): EncodedTaken['parcels'] {
  let begin = 0;
  return ends.map((end, i) => {
    const parcel = bodyParcel(bytes.subarray(begin, end), points[i]!);
    begin = end;
    return parcel;
  });
}
