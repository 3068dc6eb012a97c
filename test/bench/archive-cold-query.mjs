/** Asks an archive for a whole day at one-minute steps, once; prints how many series and how much processor time. */
import { WallClock } from '../../dist/src/base/clock.js';
import { ArchiveReader } from '../../dist/src/history/archive/archive-reader.js';
import { PromqlEngine } from '../../dist/src/promql/engine.js';

const [root, selector, beginMs] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const began = process.cpuUsage();
const engine = new PromqlEngine({ source: new ArchiveReader({ root }), clock: new WallClock() });
const { value } = await engine.range(selector, beginMs + 60_000, beginMs + 86_400_000, 60_000);
const { user, system } = process.cpuUsage(began);
console.log(value.series.length, (user + system) / 1000);
