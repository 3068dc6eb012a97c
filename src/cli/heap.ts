/**
 * How much memory a process that runs for months takes beyond what it holds. V8 lets its heap grow to several times what
 * lives in it before it collects; beside a validator that memory is missed more than the collector's time is. So the heap
 * is kept as narrow as collecting all of it once or twice a second allows. Where there is so much to do that collections come
 * more often, they would cost half of what the process could do, and pages would wait for them: then the heap is given room
 * step by step, and loses it again step by step when they have become seldom.
 *
 * Pages of the heap that are sparse are emptied by one collection every half a minute, in the narrowest room only: whoever does
 * so stops the event loop five to ten times as long as any other collection (41 ms instead of 8 at 45,000 events a second).
 * It must never be called where speed is what counts, nor in somebody else's process.
 */
import { constants, PerformanceObserver, type NodeGCPerformanceDetail } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

/** How the heap may grow, from the narrowest: a collection begins when it has grown by so many percent; 0 leaves it to V8. */
export const rooms: readonly number[] = [20, 50, 100, 0];

/** Collections come too often when there were so many within so long. */
const OFTEN = { collections: 15, withinMs: 5_000 };
/**
 * They are seldom when there were no more within so long. From one room to the next narrower they become up to two and a
 * half times as many, so that the narrower one must not be too narrow at once.
 */
const SELDOM = { collections: 36, withinMs: 30_000 };

/** How long sparse pages may gather. */
const TIDY_MS = 30_000;

/** What the heap is told. */
export interface Setting {
  readonly growthPercent: number;
  /** The next collection also moves what is left on sparse pages together. */
  readonly isTidying: boolean;
}

/** Chooses the room by when the whole heap was collected. */
export class HeapRoom {
  readonly #give: (setting: Setting) => void;
  #room = 0;
  #sinceMs: number;
  #tidiedMs: number;
  #isTidying = false;
  /** Collections in this room, as long as they matter. */
  #collectedMs: number[] = [];

  constructor(give: (setting: Setting) => void, nowMs: number) {
    this.#give = give;
    this.#sinceMs = this.#tidiedMs = nowMs;
    this.#set(false);
  }

  /** All of the heap was collected. */
  collected(nowMs: number): void {
    this.#collectedMs = this.#collectedMs.filter((atMs) => atMs > nowMs - SELDOM.withinMs);
    this.#collectedMs.push(nowMs);
    const often = this.#collectedMs.at(-OFTEN.collections);
    const isOften = often !== undefined && often > nowMs - OFTEN.withinMs;
    const isSeldom =
      nowMs - this.#sinceMs >= SELDOM.withinMs && this.#collectedMs.length <= SELDOM.collections;
    if (isOften && this.#room < rooms.length - 1) this.#change(1, nowMs);
    else if (isSeldom && this.#room > 0) this.#change(-1, nowMs);
    else this.#tidy(nowMs);
  }

  #change(by: 1 | -1, nowMs: number): void {
    this.#room += by;
    this.#sinceMs = nowMs;
    this.#collectedMs = [];
    this.#set(false);
  }

  #tidy(nowMs: number): void {
    if (this.#isTidying) {
      this.#tidiedMs = nowMs;
      this.#set(false);
    } else if (this.#room === 0 && nowMs - this.#tidiedMs >= TIDY_MS) this.#set(true);
  }

  #set(isTidying: boolean): void {
    this.#isTidying = isTidying;
    this.#give({ growthPercent: rooms[this.#room]!, isTidying });
  }
}

/** Keeps the heaps of this process narrow while they can be, its worker threads' included. Call it once. */
export function keepHeapSmall(): void {
  const room = new HeapRoom(give, performance.now());
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as unknown as { readonly detail: NodeGCPerformanceDetail };
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) room.collected(entry.startTime);
    }
  }).observe({ entryTypes: ['gc'] });
}

function give({ growthPercent, isTidying }: Setting): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString(isTidying ? '--optimize-for-size' : '--no-optimize-for-size');
}
