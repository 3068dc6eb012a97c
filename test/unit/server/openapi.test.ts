/** The OpenAPI document and docs/HTTP.md say what is served: nothing less, nothing more. */
import { describe, expect, it } from 'vitest';
import { renderHttp } from '../../../scripts/docs/http.js';
import { createRoutes } from '../../../src/server/routes.js';
import { ask, handlers as few, serve } from './serving.js';

/** With everything that may be absent. */
const health = {
  report: () => ({ state: 'healthy' }),
  component: () => undefined,
  components: () => [],
};
const answer = { status: 200, body: '{}' };
const handlers = {
  ...few,
  health,
  prometheus: () => Promise.resolve(answer),
  rules: { rules: () => answer, alerts: () => answer },
  reload: () => Promise.resolve(undefined),
  notifications: () => ({ status: 200, document: [] }),
};

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { operationId: string; responses: Record<string, unknown> }>>>
  >;
}

async function served(): Promise<Document> {
  const { address } = await serve({ handlers });
  return JSON.parse((await ask(address, '/openapi.json')).text) as Document;
}

describe('/openapi.json', () => {
  it('has every route and no other', async () => {
    const { openapi, info, paths } = await served();
    expect(openapi).toBe('3.1.0');
    expect(info.version).toBe('1.2.3');
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = createRoutes('', handlers).map(({ method, path }) => `${method} ${path}`);
    expect(documented.sort()).toEqual(routes.sort());
  });

  it('takes by other methods than GET no setting, rule, route or exporter', async () => {
    const { paths } = await served();
    const others = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'get')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    const isQuestion = (one: string): boolean => /^POST \/api\/v1\/\w+$/.test(one);
    expect(others.filter((one) => !isQuestion(one)).sort()).toEqual([
      'DELETE /api/v2/silence/{id}',
      // Files are read again; none is sent.
      'POST /-/reload',
      'POST /api/quorumscope/v1/acknowledgements',
      'POST /api/quorumscope/v1/exporters/{name}/pause',
      'POST /api/quorumscope/v1/exporters/{name}/resume',
      'POST /api/quorumscope/v1/exporters/{name}/test',
      'POST /api/v2/alerts',
      'POST /api/v2/silences',
    ]);
  });

  it('documents the status that each path really answers with', async () => {
    const { paths } = await served();
    const { address } = await serve({ handlers });
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { responses }] of Object.entries(methods))
        for (const name of ['influx', 'absent']) {
          const asked = path.replace('{name}', name);
          const { status } = await ask(address, asked, { method: method.toUpperCase() });
          expect(Object.keys(responses), `${method} ${asked}`).toContain(String(status));
        }
  });

  it('gives every operation an id of its own', async () => {
    const { paths } = await served();
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map((o) => o.operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('docs/HTTP.md', () => {
  it('has a heading for every route and no other', () => {
    const headings = [...renderHttp().matchAll(/^## `(.+)`$/gm)].map((match) => match[1]);
    expect(headings).toEqual(createRoutes('', handlers).map(({ method, path }) => `${method} ${path}`));
  });
});
