/**
 * A process beside the latency bench that only waits, two milliseconds at a time: how late it wakes up is what the machine
 * adds to each step of a page, whatever the sidecar does. Its parent says when to measure (true, false), and is told
 * the figures when it says `tell`.
 */
const WAIT_MS = 2;

/** How late it woke up, milliseconds. */
export interface Lateness {
  readonly p99: number;
  readonly p999: number;
  readonly longest: number;
}

function main(send: (lateness: Lateness) => void): void {
  const late: number[] = [];
  let isMeasuring = false;
  const wait = (): void => {
    const began = performance.now();
    setTimeout(() => {
      if (isMeasuring) late.push(performance.now() - began - WAIT_MS);
      wait();
    }, WAIT_MS);
  };
  process.on('message', (wanted: boolean | 'tell') => {
    if (wanted !== 'tell') {
      isMeasuring = wanted;
      return;
    }
    late.sort((a, b) => a - b);
    const at = (share: number): number =>
      late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0;
    send({ p99: at(0.99), p999: at(0.999), longest: at(1) });
  });
  process.once('disconnect', () => process.exit(0));
  wait();
}

if (process.send !== undefined) main((lateness) => void process.send?.(lateness));
