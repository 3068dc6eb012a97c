// Runs dependency-cruiser and refuses a cruise that saw too few modules: with a TypeScript it
// cannot read it sees nothing and says "no violations".
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'simulator'];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith('.ts')),
);
const report = run(['--output-type', 'json', ...folders]);
const cruised = JSON.parse(report).summary.totalCruised;
if (cruised < files.length) {
  console.error(`dependency-cruiser saw ${cruised} modules, but there are ${files.length} source files`);
  process.exit(1);
}
process.stdout.write(run(['--output-type', 'err', ...folders]));

function run(args) {
  const bin = join(root, 'node_modules/.bin/depcruise');
  try {
    return execFileSync(bin, ['--config', join(root, '.dependency-cruiser.mjs'), ...args], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
  } catch (error) {
    if (args.includes('json')) return error.stdout;
    process.stdout.write(error.stdout ?? String(error));
    process.exit(1);
  }
}
