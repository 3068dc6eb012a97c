// Builds dist/: compiled JavaScript, types, and the published JSON Schema of the events.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const compilerPackage = createRequire(import.meta.url).resolve('@typescript/native/package.json');
const compiler = join(dirname(compilerPackage), 'bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });

cpSync(join(root, 'simulator/scenarios'), join(root, 'dist/simulator/scenarios'), { recursive: true });

const { eventsJsonSchema } = await import(join(root, 'dist/src/events/json-schema.js'));
writeFileSync(join(root, 'dist/events.schema.json'), JSON.stringify(eventsJsonSchema(), null, 2) + '\n');
const bin = join(root, 'dist/src/cli/main.js');
if (existsSync(bin)) chmodSync(bin, 0o755);
