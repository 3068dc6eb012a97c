/**
 * The built sidecar beside metrics pages that are real: another sidecar's own page, in both formats and
 * over TLS. What `check mapping` says a page becomes is what `run` shows.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const mapping = `
name: sidecar
about: a sidecar's own page
metrics:
  - { from: quorumscope_scrapes_total, to: node_scrapes_total, help: Scrapes., kind: counter }
  - { from: process_resident_memory_bytes, to: node_resident_bytes, help: Memory., kind: gauge }
`;

let folder: string;
const children: Child[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-scrape-'));
  writeFileSync(join(folder, 'own.yaml'), mapping);
});

afterEach(async () => {
  for (const child of children.splice(0)) await child.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a sidecar that scrapes `targets`; resolves with the address of its page. */
async function run(name: string, targets: Readonly<Record<string, object>>): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  const scrape = Object.fromEntries(
    Object.entries(targets).map(([target, more]) => [
      target,
      {
        ...{ kind: 'prometheus', mapping: join(folder, 'own.yaml'), node: target, chain: 'c' },
        ...{ interval: '500ms', timeout: '500ms', ...more },
      },
    ]),
  );
  writeFileSync(file, JSON.stringify({ profile: 'exporter', attach: { scrape } }));
  const socket = `unix://${join(folder, `${name}.sock`)}`;
  const child = Child.cli(['run', '--config', file, '--listen', '127.0.0.1:0', '--socket', socket]);
  children.push(child);
  const [, address] = await child.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
  return `${address}/metrics`;
}

/** Waits until a line of the page matches. */
const shows = (page: string, line: RegExp): Promise<RegExpExecArray> =>
  eventually(
    async () => line.exec(await (await fetch(page)).text()) ?? undefined,
    20_000,
    `${String(line)} on ${page}`,
  );

describe('attach.scrape', () => {
  it("takes a real page's numbers, follows its counters, and shows nothing of a page that is gone", async () => {
    const first = await run('first', { itself: { url: 'http://127.0.0.1:1/metrics' } });
    const second = await run('second', { first: { url: first } });
    await shows(first, /^quorumscope_scrape_failures_total\{target="itself",reason="unreachable"\} \d+/m);
    const [, early] = await shows(second, /^node_scrapes_total\{chain_id="c",node_id="first"\} (\d+)/m);
    const [, bytes] = await shows(second, /^node_resident_bytes\{chain_id="c",node_id="first"\} (\d+)/m);
    expect(Number(bytes)).toBeGreaterThan(10_000_000);
    await eventually(
      async () => {
        const [, now] = await shows(second, /^node_scrapes_total\{.*\} (\d+)/m);
        return Number(now) > Number(early) + 2 ? true : undefined;
      },
      20_000,
      'a counter that goes on',
    );

    const check = Child.cli(['check', 'mapping', join(folder, 'own.yaml'), first, '--json']);
    expect(await check.exited).toBe(0);
    const { names, absent } = JSON.parse(check.output) as {
      names: Record<string, string>;
      absent: unknown[];
    };
    expect(names['process_resident_memory_bytes']).toBe('node_resident_bytes');
    expect(absent).toEqual([]);
    const other = Child.cli(['check', 'mapping', 'aptos', first]);
    expect(await other.exited).toBe(1);
    expect(other.output).toContain('is it another kind of node?');

    await children[0]!.stop('SIGKILL');
    await shows(second, /^quorumscope_scrape_up\{target="first"\} 0/m);
    const page = await (await fetch(second)).text();
    expect(page).not.toMatch(/^node_resident_bytes\{/m);
    expect(page).toMatch(/^node_scrapes_total\{/m);
  });

  it('trusts a page over TLS by the certificate it was given, and no other', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' });
    const asked = new Set<string | undefined>();
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (question, answer) => {
      asked.add(question.headers.authorization);
      answer.writeHead(200, { 'content-type': 'text/plain' }).end('process_resident_memory_bytes 7\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
      const page = await run('tls', {
        trusted: { url, ca_file: cert, bearer_token: 's3cret' },
        distrusted: { url },
      });
      await shows(page, /^node_resident_bytes\{chain_id="c",node_id="trusted"\} 7/m);
      await shows(page, /^quorumscope_scrape_failures_total\{target="distrusted",reason="unreachable"\} \d/m);
      expect([...asked]).toEqual(['Bearer s3cret']);
      expect(children[0]!.output).not.toContain('s3cret');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
