/** A target that is scraped, from its page to the board, and what it may do to whoever asks it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchPage } from '../../../../src/attach/scrape/fetch-page.js';
import { ManualClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { parseConfig } from '../../../../src/config/parse.js';
import { scrapersOf } from '../../../../src/scraping.js';
import { createSidecar } from '../../../../src/sidecar.js';
import { hotshotPage } from './pages.js';

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

const text = { 'content-type': 'text/plain; version=0.0.4' };

function beside(url: string) {
  const target = { kind: 'prometheus', url, mapping: 'hotshot', node: 'n1', chain: 'c', timeout: '2s' };
  const config = parseConfig({
    file: { name: 'test', text: JSON.stringify({ attach: { scrape: { mine: target } } }) },
  });
  const clock = new ManualClock(1_748_779_200_000_000);
  const sidecar = createSidecar(config, { clock, logger: silentLogger, serve: false });
  onTestFinished(() => sidecar.stop());
  const { board, openFeed } = sidecar;
  const [scraper] = scrapersOf(config, { board, clock, logger: silentLogger, openFeed });
  onTestFinished(() => scraper!.close());
  /** Scrapes, and returns the lines of the page that tell of scraped things. */
  const scrape = async (): Promise<Record<string, number>> => {
    await scraper!.scrape();
    await sidecar.drained();
    const { body } = await sidecar.page();
    const lines = Buffer.from(body).toString().split('\n');
    const told = lines.filter((line) => /^(node_|quorumscope_scrape)/.test(line));
    return Object.fromEntries(
      told.map((line) => {
        const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line)!;
        const reason = /reason="(\w+)"/.exec(labels)?.[1];
        return [reason === undefined ? name : `${name} ${reason}`, Number(value)];
      }),
    );
  };
  return { scrape, sidecar };
}

describe('a scraped node', () => {
  it('has its numbers on the board, by its own node and chain', async () => {
    const url = await serve((_, response) => response.writeHead(200, text).end(hotshotPage));
    const { scrape, sidecar } = beside(url);
    expect(await scrape()).toMatchObject({
      node_view: 7,
      node_view_timeouts_total: 3,
      quorumscope_scrape_up: 1,
      quorumscope_scrape_series: 4,
      quorumscope_scrape_mapping_absent: 9,
    });
    const { body } = await sidecar.page();
    expect(Buffer.from(body).toString()).toContain('node_view{chain_id="c",node_id="n1"} 7');
  });

  it('keeps counters over its restarts, and shows no gauge that is not there any more', async () => {
    let page = hotshotPage;
    const url = await serve((_, response) => response.writeHead(page === '' ? 500 : 200, text).end(page));
    const { scrape } = beside(url);
    await scrape();
    page = hotshotPage.replace('number_of_timeouts 3', 'number_of_timeouts 10');
    expect((await scrape())['node_view_timeouts_total']).toBe(10);
    page = 'consensus_current_view 1\nconsensus_number_of_timeouts 2\n';
    const restarted = await scrape();
    expect(restarted).toMatchObject({ node_view: 1, quorumscope_scrape_resets_total: 1 });
    expect(restarted['node_view_timeouts_total']).toBe(12);
    expect(restarted).not.toHaveProperty('node_peers');
    page = '';
    const down = await scrape();
    expect(down).toMatchObject({ quorumscope_scrape_up: 0, 'quorumscope_scrape_failures_total status': 1 });
    expect(down).not.toHaveProperty('node_view');
    expect(down['node_view_timeouts_total']).toBe(12);
    page = 'consensus_current_view 2\nconsensus_number_of_timeouts 2\n';
    expect(await scrape()).toMatchObject({
      node_view: 2,
      node_view_timeouts_total: 12,
      quorumscope_scrape_up: 1,
    });
  });

  it('may say what it likes: lines that cannot be read are counted', async () => {
    const page =
      'consensus_current_view NaN\nconsensus_last_decided_view 4\nconsensus_last_decided_view 5\n<b>\n';
    const { scrape } = beside(await serve((_, response) => response.writeHead(200, text).end(page)));
    const told = await scrape();
    expect(told).toMatchObject({
      node_last_committed_view: 4,
      'quorumscope_scrape_lines_refused_total not_finite': 1,
      'quorumscope_scrape_lines_refused_total duplicate': 1,
      'quorumscope_scrape_lines_refused_total name': 1,
    });
    expect(told).not.toHaveProperty('node_view');
  });

  it('needs a chain, and a mapping that exists', () => {
    const room = {} as Parameters<typeof scrapersOf>[1];
    const of = (more: object) => {
      const target = { kind: 'prometheus', url: 'http://127.0.0.1:1/', mapping: 'aptos', node: 'n', ...more };
      const text = JSON.stringify({ attach: { scrape: { mine: target } } });
      return () => scrapersOf(parseConfig({ file: { name: 'test', text } }), room);
    };
    expect(of({})).toThrow('attach.scrape.mine.chain');
    expect(of({ timeout: '10s' })).toThrow('longer than the interval');
    expect(of({ mappnig: 'x' })).toThrow('mapping');
  });
});

describe('getting a page', () => {
  const get = (url: string, more: object = {}) =>
    fetchPage({ url: new URL(url), timeoutMs: 300, maxBytes: 1_000, headers: {}, ...more });
  const large = 'm 1\n'.repeat(100_000);

  it.each<[string, RequestListener]>([
    ['redirect', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
    ['status', (_, response) => response.writeHead(503, text).end('m 1\n')],
    ['content_type', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('m 1\n')],
    ['content_type', (_, response) => response.writeHead(200).end('m 1\n')],
    ['too_large', (_, response) => response.writeHead(200, text).end(large)],
    [
      'too_large',
      (_, response) => response.writeHead(200, { ...text, 'content-encoding': 'gzip' }).end(gzipSync(large)),
    ],
    [
      'encoding',
      (_, response) => response.writeHead(200, { ...text, 'content-encoding': 'gzip' }).end('m 1\n'),
    ],
    [
      'encoding',
      (_, response) => response.writeHead(200, { ...text, 'content-encoding': 'br' }).end('m 1\n'),
    ],
    ['timeout', () => undefined],
    ['unreachable', (request) => request.socket.destroy()],
  ])('fails with the reason %s', async (problem, answer) => {
    expect(await get(await serve(answer))).toMatchObject({ problem });
  });

  it('gives up a page that comes a byte at a time', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, text);
      const drip = setInterval(() => response.write('m'), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await get(url)).toMatchObject({ problem: 'timeout' });
  });

  it('takes gzip, and sends what the target asks for', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers.authorization, request.headers.accept);
      response.writeHead(200, { ...text, 'content-encoding': 'gzip' }).end(gzipSync('m 1\n'));
    });
    expect(await get(url, { headers: { authorization: 'Bearer t' } })).toEqual({ text: 'm 1\n', bytes: 4 });
    expect(asked[0]).toBe('Bearer t');
    expect(asked[1]).toContain('application/openmetrics-text');
  });
});
