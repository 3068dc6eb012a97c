/**
 * The container image without a container engine: its linter, its steps carried out over this machine's root,
 * and the sidecar started from the result as the image's user.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readDockerfile, scriptOf, type Stage } from '../support/dockerfile.js';

const root = join(import.meta.dirname, '../..');
const dockerfile = join(root, 'Dockerfile');
const stages = readDockerfile(dockerfile);
const last = stages.at(-1)!;
const argsOf = ({ steps }: Stage, name: string): string[] =>
  steps.filter((step) => step.name === name).map(({ args }) => args);

describe('the Dockerfile', () => {
  it('has nothing that its linter would change', () => {
    const linter = join(root, 'node_modules/dockerfilelint/bin/dockerfilelint');
    const said = spawnSync(process.execPath, [linter, '-o', 'json', dockerfile], { encoding: 'utf8' });
    expect(JSON.parse(said.stdout)).toMatchObject({ totalIssues: 0 });
  });

  it('ends with a stage that has no package manager and does not run as root', () => {
    expect(last.base).toMatch(/^debian:.*-slim$/);
    expect(argsOf(last, 'RUN').join(' ')).not.toMatch(/npm|python|g\+\+|make/);
    expect(argsOf(last, 'USER')).toEqual(['10001:10001']);
    expect(argsOf(last, 'VOLUME')).toEqual(['["/var/lib/quorumscope"]']);
    expect(argsOf(last, 'HEALTHCHECK')).toHaveLength(1);
  });

  it('says in as many words what it serves to whom', () => {
    const settings = readFileSync(join(root, 'deploy/image/quorumscope.yaml'), 'utf8');
    expect(settings).toMatch(/^profile: exporter$/m);
    expect(settings).toMatch(/listen: 127\.0\.0\.1:10920/);
    expect(settings).toMatch(/telemetry_listen: 0\.0\.0\.0:10921\n\s+insecure: true/);
  });
});

describe('the image', () => {
  const workshop = mkdtempSync(join(tmpdir(), 'quorumscope-image-'));
  afterAll(() => rmSync(workshop, { recursive: true, force: true }));

  it('starts as its user and becomes ready, from what its steps made; what is installed stays small', () => {
    const context = contextIn(join(workshop, 'context'));
    const scratch = join(workshop, 'scratch');
    const final = `${scratch}/${last.name}/root`;
    const health = argsOf(last, 'HEALTHCHECK')[0]!.replace(/^.*? CMD /, '');
    const entry = JSON.parse(argsOf(last, 'ENTRYPOINT')[0]!) as string[];
    const script = [
      `mkdir -p ${scratch}`,
      scriptOf(stages, { context, scratch, node: process.execPath }),
      `du -sm ${final}/app/node_modules | cut -f1`,
      `ls ${final}/app/node_modules`,
      // A network of its own: the image's ports are fixed, and other runs are on this machine.
      `unshare --net chroot ${final} sh -c '
        ip link set lo up
        cd /app
        setpriv --reuid 10001 --regid 10001 --clear-groups ${entry.join(' ')} run 2>/tmp/log &
        pid=$!
        for attempt in $(seq 100); do sleep 0.2; if ${health.replaceAll("'", `'\\''`)}; then break; fi; done
        ${health.replaceAll("'", `'\\''`)} || { cat /tmp/log; exit 1; }
        grep Uid /proc/$pid/status
        ls -ln /run/quorumscope
        kill $pid; wait $pid; echo exit $?'`,
    ].join('\n');
    const said = execFileSync('unshare', ['--mount', 'bash', '-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
      timeout: 500_000,
    });
    const [megabytes, ...rest] = said.split('\n');
    expect(Number(megabytes)).toBeLessThanOrEqual(120);
    expect(rest).not.toContain('vitest');
    expect(said).toMatch(/Uid:\s+10001\s+10001/);
    expect(said).toMatch(/10001.*events\.sock/);
    expect(said).toContain('exit 0');
  }, 520_000);
});

/** The files that `.dockerignore` lets through: everything is refused but the names after `!`. */
function contextIn(folder: string): string {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  expect(lines[0]).toBe('*');
  for (const line of lines.slice(1)) {
    if (!line.startsWith('!')) continue;
    const name = line.slice(1);
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return folder;
}
