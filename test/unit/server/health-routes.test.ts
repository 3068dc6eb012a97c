/** `/health`: always an answer, a status code only for those who ask for one; probes stay apart from it. */
import { describe, expect, it } from 'vitest';
import { ask, handlers, serve } from './serving.js';

const saying = (state: string) => ({
  ...handlers,
  health: {
    report: () => ({ state }),
    component: (name: string) => (name === 'storage' ? { state, component: name } : undefined),
    components: () => ['consensus', 'storage'],
  },
});

describe('/health', () => {
  it('is 200 whatever it says, and 503 where asked for unless well', async () => {
    const expected = { no_data: 503, healthy: 200, warning: 200, critical: 503, failing: 503 };
    for (const [state, code] of Object.entries(expected)) {
      const { address } = await serve({ handlers: saying(state) });
      const plain = await ask(address, '/health');
      expect([plain.status, JSON.parse(plain.text)]).toEqual([200, { state }]);
      const strict = await ask(address, '/health?fail=1');
      expect([strict.status, JSON.parse(strict.text)]).toEqual([code, { state }]);
      expect((await ask(address, '/health?fail=0')).status).toBe(200);
      expect((await ask(address, '/health/storage?fail=1')).status).toBe(code);
    }
  });

  it('gives a component by name, and names them all where there is none of that name', async () => {
    const { address } = await serve({ handlers: saying('healthy') });
    expect(JSON.parse((await ask(address, '/health/storage')).text)).toEqual({
      state: 'healthy',
      component: 'storage',
    });
    const absent = await ask(address, '/health/disk');
    expect([absent.status, absent.text]).toEqual([
      404,
      'there is no such component; there are consensus, storage\n',
    ]);
  });

  it('says nothing to probes: a failing chain is alive and ready', async () => {
    const { address } = await serve({ handlers: saying('failing') });
    for (const probe of ['/livez', '/readyz', '/healthz', '/-/healthy', '/-/ready'])
      expect((await ask(address, probe)).status).toBe(200);
  });

  it('is not there when health is switched off', async () => {
    const { address } = await serve();
    expect((await ask(address, '/health')).status).toBe(404);
  });
});
