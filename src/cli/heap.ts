/**
 * How much memory a process that runs for months takes beyond what it holds. V8 lets its heap grow to several times what
 * lives in it before it collects; beside a validator that memory is missed more than the collector's time is.
 * It must never be called where speed is what counts, nor in somebody else's process.
 */
import { setFlagsFromString } from 'node:v8';

/** A collection begins when the heap has grown by so much since the last one. */
const GROWTH_PERCENT = 20;

/** Lets this process collect early, its worker threads included. May be called at any time. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--optimize-for-size');
}
