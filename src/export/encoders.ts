/**
 * Where encoders work: on a thread of their own where the sidecar is built, on this one where it is run from
 * its sources by a test runner, which cannot start it, and where an operator's own exporter is called.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../base/logger.js';
import type { Encode } from './encoded.js';
import { encodingPart, openEncoder, type EncoderSpec } from './encoder-spec.js';
import { EncodingThread, type Encoders } from './encoding-thread.js';
import type { Selection } from './selection.js';
import type { EncodeTaken } from './taken.js';

/** Nothing is started before the first encoder is opened. */
export function encodersOf(logger: Logger): Encoders {
  const file = new URL('./encoding-worker.js', import.meta.url);
  return existsSync(fileURLToPath(file))
    ? new EncodingThread(logger, () => new Worker(file))
    : { open: openHere, close: () => Promise.resolve() };
}

function openHere(spec: EncoderSpec, selection: Selection): EncodeTaken {
  const opened = openEncoder(spec).then((encode) => encodeHere(encode, selection));
  // Told when it is first used.
  opened.catch(() => undefined);
  return async (taken) => (await opened)(taken);
}

/** Encodes on this thread. */
export function encodeHere(encode: Encode, selection: Selection): EncodeTaken {
  const encodePart = encodingPart(encode, selection);
  return async (taken) => {
    const beganMs = performance.now();
    const encoded = await encodePart(taken.snapshot);
    return { ...encoded, tookUs: (performance.now() - beganMs) * 1000 };
  };
}
