/** Routes with a part in their path, and how wrong questions are answered. */
import { describe, expect, it } from 'vitest';
import { ask, serve } from './serving.js';

const API = '/api/quorumscope/v1';

describe('routes about consensus', () => {
  it('take the part of the path that stands in braces, decoded', async () => {
    const { address } = await serve();
    expect(JSON.parse((await ask(address, `${API}/views/411`)).text)).toEqual({ view: 411 });
    expect(JSON.parse((await ask(address, `${API}/views/41%31`)).text)).toEqual({ view: 411 });
    expect((await ask(address, `${API}/views/`)).status).toBe(404);
    expect((await ask(address, `${API}/views/411/x`)).status).toBe(404);
    expect((await ask(address, `${API}/views/%zz`)).status).toBe(404);
    expect((await ask(address, `${API}/views/411`, { method: 'DELETE' })).status).toBe(405);
  });

  it('answer a wrong question with 400 and a line for each problem', async () => {
    const { address } = await serve();
    const { status, text, headers } = await ask(address, `${API}/verdicts?x=1`);
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toBe('there is no such parameter\nnor that one\n');
  });

  it('give an incident and its file as it is, and 404 for others', async () => {
    const { address } = await serve();
    expect((await ask(address, `${API}/incidents/known`)).status).toBe(200);
    const accepting = { headers: { 'accept-encoding': 'gzip' } };
    const events = await ask(address, `${API}/incidents/known/events`, accepting);
    expect(events.headers).toMatchObject({ 'content-type': 'application/gzip' });
    expect(events.headers['content-encoding']).toBeUndefined();
    expect(events.text).toBe('packed');
    expect((await ask(address, `${API}/incidents/other`)).status).toBe(404);
    expect((await ask(address, `${API}/incidents/other/events`)).status).toBe(404);
    expect((await ask(address, `${API}/evidence/other`)).status).toBe(404);
  });
});
