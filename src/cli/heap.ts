/**
 * How much memory a process that runs for months takes beyond what it holds. V8 lets its heap grow to several times what
 * lives in it before it collects; beside a validator that memory is missed more than the collector's time is. So the heap
 * is kept as narrow as collecting all of it once or twice a second allows. Where there is so much to do that collections come
 * more often, they would cost half of what the process could do, and pages would wait for them: then the heap is given room
 * step by step, and loses it again step by step when they have become seldom.
 * It must never be called where speed is what counts, nor in somebody else's process.
 */
import { constants, PerformanceObserver, type NodeGCPerformanceDetail } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

/** How the heap may grow, from the narrowest. */
export interface Room {
  /** A collection begins when the heap has grown by so much since the last one; 0 leaves it to V8. */
  readonly growthPercent: number;
  /** Whether V8 also gives room up where that costs time: moves what is left on sparse pages, keeps the nursery small. */
  readonly forSize: boolean;
}

/** The rooms there are, from the narrowest. */
export const rooms: readonly Room[] = [
  { growthPercent: 20, forSize: true },
  { growthPercent: 20, forSize: false },
  { growthPercent: 50, forSize: false },
  { growthPercent: 100, forSize: false },
  { growthPercent: 0, forSize: false },
];

/** Collections come too often when there were so many within so long. */
const OFTEN = { collections: 15, withinMs: 5_000 };
/**
 * They are seldom when there were no more within so long. From one room to the next narrower they become up to two and a
 * half times as many, so that the narrower one must not be too narrow at once.
 */
const SELDOM = { collections: 36, withinMs: 30_000 };

/** Chooses the room by when the whole heap was collected. */
export class HeapRoom {
  readonly #give: (room: Room) => void;
  #room = 0;
  #sinceMs: number;
  /** Collections in this room, as long as they matter. */
  #collectedMs: number[] = [];

  constructor(give: (room: Room) => void, nowMs: number) {
    this.#give = give;
    this.#sinceMs = nowMs;
    give(rooms[0]!);
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
  }

  #change(by: 1 | -1, nowMs: number): void {
    this.#room += by;
    this.#sinceMs = nowMs;
    this.#collectedMs = [];
    this.#give(rooms[this.#room]!);
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

function give({ growthPercent, forSize }: Room): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString(forSize ? '--optimize-for-size' : '--no-optimize-for-size');
}
