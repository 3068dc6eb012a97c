/**
 * The OTLP door: a listener, a mapping and the voices behind it, opened and closed together. Nothing is bound unless an
 * address was configured.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Board } from '../../metrics/board.js';
import type { OpenLosslessFeed } from '../feed.js';
import { OtlpListener, type OtlpListenerOptions } from './listener.js';
import type { OtlpMapping } from './mapping.js';
import { OtlpMeter } from './meter.js';
import { OtlpTranslator } from './translator.js';
import { Voices, type Naming } from './voices.js';

/** What the door is made of. */
export interface OtlpDoorOptions extends Pick<
  OtlpListenerOptions,
  'host' | 'port' | 'maxBytes' | 'token' | 'isBehind' | 'forward'
> {
  readonly mapping: OtlpMapping;
  readonly naming: Naming;
  /** Nothing is shown as current that was not heard of for so long. */
  readonly staleUs: number;
  readonly openFeed: OpenLosslessFeed;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An open door. */
export interface OtlpDoor {
  /** Where it listens, with the real port. */
  readonly address: string;
  /** Takes no more, finishes what is under way, and lets everybody go. */
  close(): Promise<void>;
}

/** @throws QuorumscopeError `attach.listen` */
export async function openOtlp(options: OtlpDoorOptions): Promise<OtlpDoor> {
  const { mapping, naming, clock, board, openFeed, staleUs, logger } = options;
  const meter = new OtlpMeter(board);
  const voices = new Voices({ mapping, naming, clock, openFeed, staleUs, onReset: () => meter.reset() });
  const translator = new OtlpTranslator(mapping, voices, clock);
  const listener = new OtlpListener({
    ...options,
    meter,
    take: async (body, signal, encoding) => {
      const taken = await translator.take(body, signal, encoding);
      meter.resources(voices.size);
      return taken;
    },
  });
  const address = await listener.open().catch(async (error: unknown) => {
    await voices.close();
    throw error;
  });
  logger.info('the OTLP door is open', { address, mapping: mapping.name });
  const close = async (): Promise<void> => {
    await listener.close();
    await voices.close();
  };
  return { address, close };
}
