/** The OpenAPI 3.1 document of a table of routes. Pure: the same table and version give the same document. */
import type { DocumentedReply, Route } from './route.js';

/** @param routes what is served */
export function openApi(version: string, routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = {
      summary: route.summary,
      description: route.doc,
      operationId: operationId(route),
      ...parametersOf(route),
      responses: Object.fromEntries(route.replies.map((reply) => [String(reply.status), response(reply)])),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'quorumscope',
      version,
      description: 'The HTTP face of the sidecar.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
  };
}

/** The segments in braces, and what is asked for after `?`. */
function parametersOf({ path, query = {} }: Route): Record<string, unknown> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query).map(([name, { doc, schema }]) => ({
    name,
    in: 'query',
    description: doc,
    schema,
  }));
  const parameters = [...inPath, ...inQuery];
  return parameters.length === 0 ? {} : { parameters };
}

/** `GET /-/ready` -> `get_ready`. */
function operationId({ method, path }: Route): string {
  const words = path.replaceAll(/[^a-zA-Z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return `${method.toLowerCase()}_${words === '' ? 'index' : words}`;
}

function response({ doc, contentTypes, schema }: DocumentedReply): Record<string, unknown> {
  const body = schema ? { schema } : {};
  return { description: doc, content: Object.fromEntries(contentTypes.map((type) => [type, body])) };
}
