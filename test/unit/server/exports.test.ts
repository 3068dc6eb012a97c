/** Documents and exporters over HTTP: what is asked for, what is refused, and who may ask. */
import { describe, expect, it } from 'vitest';
import { ask, handlers, serve } from './serving.js';

const EXPORTERS = '/api/quorumscope/v1/exporters';

describe('/export', () => {
  it('renders the format and the names that were asked for', async () => {
    const { address } = await serve();
    const { status, headers, text } = await ask(
      address,
      '/api/quorumscope/v1/export?format=json&match=a*&match=b',
    );
    expect([status, headers['content-type'], text]).toEqual([200, 'application/json', '["a*","b"]']);
  });

  it('says which formats there are', async () => {
    const { address } = await serve();
    const { status, text } = await ask(address, '/api/quorumscope/v1/export?format=xml');
    expect([status, text]).toEqual([400, 'format is none of json, csv\n']);
  });
});

describe('/exporters', () => {
  async function world() {
    const done: string[] = [];
    const note = (what: string) => (name: string) => void done.push(`${what} ${name}`);
    const { address } = await serve({
      handlers: {
        ...handlers,
        exporters: {
          list: () => [{ name: 'a.b c' }],
          pause: note('pause'),
          resume: note('resume'),
          test: (name) => {
            done.push(`test ${name}`);
            return Promise.resolve({ outcome: 'refused', detail: '401' });
          },
        },
      },
    });
    const post = (path: string, headers: Record<string, string> = {}) =>
      ask(address, `${EXPORTERS}/${path}`, { method: 'POST', headers });
    return { done, post, address };
  }

  it('are listed, paused, resumed and tested by name', async () => {
    const { done, post, address } = await world();
    expect(JSON.parse((await ask(address, EXPORTERS)).text)).toEqual({ exporters: [{ name: 'a.b c' }] });
    expect((await post('a.b%20c/pause')).status).toBe(200);
    expect((await post('a.b%20c/resume')).status).toBe(200);
    expect(JSON.parse((await post('a.b%20c/test')).text)).toEqual({ outcome: 'refused', detail: '401' });
    expect(done).toEqual(['pause a.b c', 'resume a.b c', 'test a.b c']);
  });

  it.each(['absent/pause', 'absent/test', '%zz/resume', '{name}/pause', 'a.b%20c/explode', '/pause'])(
    'answer 404 to %s',
    async (path) => {
      const { done, post } = await world();
      expect((await post(path)).status).toBe(404);
      expect(done).toEqual([]);
    },
  );

  it('take no GET where something would change', async () => {
    const { address } = await world();
    const { status, headers } = await ask(address, `${EXPORTERS}/x/pause`);
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });

  it.each([{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])(
    'refuse the web page that sends %o',
    async (headers) => {
      const { done, post } = await world();
      expect((await post('a.b%20c/pause', headers)).status).toBe(403);
      expect(done).toEqual([]);
    },
  );

  it('take a page of their own origin', async () => {
    const { post, address } = await world();
    const headers = { origin: `http://${address}`, 'sec-fetch-site': 'same-origin' };
    expect((await post('a.b%20c/pause', headers)).status).toBe(200);
  });
});
