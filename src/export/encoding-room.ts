/**
 * The far side of `EncodingThread`: encoders, and the last board that they were told of. It does what it is
 * asked in the order in which it is asked, one thing after the other, and answers every `encode` once.
 *
 * An encoder's defect is its answer; nothing is thrown.
 */
import { messageOf } from '../base/errors.js';
import { CopyReader, type BoardCopy } from './board-copy.js';
import type { Encode, Encoded } from './encoded.js';
import { encodingPart, openEncoder, remembers, type EncoderSpec } from './encoder-spec.js';
import type { Selection } from './selection.js';
import type { MetricsSnapshot } from './snapshot.js';

/** What the room is asked. */
export type EncodingRequest =
  /** `isResumed`: there was such an encoder, which was lost with all that it remembered. */
  | {
      readonly ask: 'open';
      readonly encoder: number;
      readonly spec: EncoderSpec;
      readonly selection: Selection;
      readonly isResumed: boolean;
    }
  | { readonly ask: 'take'; readonly board: BoardCopy; readonly takenAtUs: number }
  /** Encodes what was taken last. */
  | { readonly ask: 'encode'; readonly encoder: number; readonly job: number };

/** Parcels in one piece, so that thousands of datagrams cost no more than one body. */
export interface PackedParcels {
  readonly bytes: Uint8Array;
  /** Where each body ends. */
  readonly ends: readonly number[];
  readonly points: readonly number[];
}

/** What it answers. */
export type EncodingAnswer =
  | {
      readonly job: number;
      readonly parcels: PackedParcels;
      readonly omitted: number;
      readonly tookUs: number;
    }
  | { readonly job: number; readonly failure: string };

/** Encoders at work. */
export class EncodingRoom {
  readonly #answer: (answer: EncodingAnswer) => void;
  readonly #encoders = new Map<number, Encode>();
  readonly #reader = new CopyReader();
  #taken: MetricsSnapshot = { takenAtUs: 0, metrics: [] };
  #done: Promise<void> = Promise.resolve();

  constructor(answer: (answer: EncodingAnswer) => void) {
    this.#answer = answer;
  }

  /** Takes a request; resolves when it has been seen to. */
  take(request: EncodingRequest): Promise<void> {
    return (this.#done = this.#done.then(() => this.#see(request)));
  }

  async #see(request: EncodingRequest): Promise<void> {
    switch (request.ask) {
      case 'open':
        return void this.#encoders.set(request.encoder, await opened(request));
      case 'take':
        return void (this.#taken = this.#reader.read(request.board, request.takenAtUs));
      case 'encode':
        return this.#answer(await this.#encode(request.encoder, request.job));
    }
  }

  async #encode(encoder: number, job: number): Promise<EncodingAnswer> {
    const beganMs = performance.now();
    try {
      const { parcels, omitted } = await this.#encoders.get(encoder)!(this.#taken);
      const tookUs = (performance.now() - beganMs) * 1000;
      return { job, parcels: packed(parcels), omitted, tookUs };
    } catch (thrown) {
      return { job, failure: messageOf(thrown) };
    }
  }
}

/** A defect of opening is told when the encoder is first used. */
async function opened({
  spec,
  selection,
  isResumed,
}: Extract<EncodingRequest, { ask: 'open' }>): Promise<Encode> {
  try {
    const encode = encodingPart(await openEncoder(spec), selection);
    return isResumed && remembers(spec) ? afterTheFirst(encode) : encode;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}

/**
 * Totals that were said before must not be said again as growth: the first snapshot only shows where
 * everything stands, and what grew since the loss is lost.
 */
function afterTheFirst(encode: Encode): Encode {
  let isFirst = true;
  return async (snapshot) => {
    const encoded = await encode(snapshot);
    if (!isFirst) return encoded;
    isFirst = false;
    return { parcels: [], omitted: 0 };
  };
}

function packed(parcels: Encoded['parcels']): PackedParcels {
  const bytes = new Uint8Array(parcels.reduce((sum, parcel) => sum + parcel.body.byteLength, 0));
  const ends: number[] = [];
  let end = 0;
  for (const { body } of parcels) {
    bytes.set(body, end);
    ends.push((end += body.byteLength));
  }
  return { bytes, ends, points: parcels.map(({ points }) => points) };
}
