// Builds dist/: compiled JavaScript, types, and the published JSON Schema of the events. What is built from
// the same sources already is left as it is, and a new build takes the place of the old one as a whole, so
// that nobody who uses dist/ meanwhile finds half of it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const compilerPackage = createRequire(import.meta.url).resolve('@typescript/native/package.json');
const compiler = join(dirname(compilerPackage), 'bin', 'tsc');

const inputs = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
  'src',
  'simulator',
];

/** Changes with every file that a build reads, and with the compiler. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(compilerPackage));
  const add = (path) => hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  for (const input of inputs) {
    if (input.includes('.')) add(input);
    else
      for (const entry of readdirSync(join(root, input), { recursive: true, withFileTypes: true }).sort(
        byPath,
      ))
        if (entry.isFile()) add(join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  return hash.digest('hex');
}

function byPath(a, b) {
  const [left, right] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return left < right ? -1 : left > right ? 1 : 0;
}

async function build(into) {
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', into];
  execFileSync(process.execPath, [compiler, ...options], { stdio: 'inherit' });
  cpSync(join(root, 'simulator/scenarios'), join(into, 'simulator/scenarios'), { recursive: true });
  for (const data of ['src/attach/logs/adapters', 'src/attach/scrape/mappings', 'src/attach/otlp/mappings'])
    cpSync(join(root, data), join(into, data), { recursive: true });
  const { eventsJsonSchema } = await import(join(into, 'src/events/json-schema.js'));
  writeFileSync(join(into, 'events.schema.json'), JSON.stringify(eventsJsonSchema(), null, 2) + '\n');
  chmodSync(join(into, 'src/cli/main.js'), 0o755);
}

const stamp = fingerprint();
const stampFile = join(dist, '.built-from');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const fresh = join(root, `dist-${process.pid}`);
  const stale = join(root, `dist-${process.pid}-old`);
  try {
    await build(fresh);
    writeFileSync(join(fresh, '.built-from'), stamp);
    if (existsSync(dist)) renameSync(dist, stale);
    renameSync(fresh, dist);
  } finally {
    for (const left of [fresh, stale]) rmSync(left, { recursive: true, force: true });
  }
}
