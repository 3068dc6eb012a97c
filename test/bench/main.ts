/**
 * `npm run bench [-- NAME...]`: our figures beside those of the published peers, measured in this same
 * run. Ratios come first; absolutes are medians of whatever machine this is. Exits 1 when a floor does
 * not hold.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { BenchRow } from './row.js';

const benches: Readonly<Record<string, () => Promise<{ run: () => Promise<BenchRow[]> }>>> = {
  record: () => import('./record.js'),
  hooks: () => import('./hooks.js'),
  decode: () => import('./decode.js'),
  intake: () => import('./intake.js'),
  pipeline: () => import('./pipeline.js'),
  consensus: () => import('./consensus.js'),
  exposition: () => import('./exposition.js'),
  exports: () => import('./exports.js'),
  promql: () => import('./promql.js'),
  simulator: () => import('./simulator.js'),
  journal: () => import('./journal.js'),
  alerts: () => import('./alerts.js'),
  patterns: () => import('./patterns.js'),
  latency: () => import('./latency.js'),
  tracing: () => import('./tracing.js'),
  history: () => import('./history.js'),
  archive: () => import('./archive.js'),
  logs: () => import('./logs.js'),
  otlp: () => import('./otlp.js'),
  refresh: () => import('./refresh.js'),
  hours: () => import('./hours.js'),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench named ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}, Node ${process.version}, commit ${commit}\n`,
);

let broken = 0;
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  const bench = await benches[name]!();
  for (const row of await bench.run()) {
    print(row);
    if (!row.holds) broken++;
  }
}
if (broken > 0) {
  console.log(`\n${broken} floor${broken === 1 ? ' does' : 's do'} not hold`);
  process.exitCode = 1;
}

function print({ what, ours, peers, floor, holds }: BenchRow): void {
  const against = peers.map(({ name, value, ratio }) => `${ratio.toFixed(1)}x ${name} (${value})`).join(', ');
  console.log(
    `${holds ? 'holds ' : 'BROKEN'}  ${what}\n        ours ${ours}${against ? `; ${against}` : ''}\n        floor ${floor}`,
  );
}
