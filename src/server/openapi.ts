/** The OpenAPI 3.1 document of a table of routes. Pure: the same table and version give the same document. */
import type { DocumentedParameter, DocumentedReply, Route } from './route.js';

/** @param routes what is served */
export function openApi(version: string, routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = {
      summary: route.summary,
      description: route.doc,
      operationId: operationId(route),
      ...asked(route),
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

/** What the request carries: in the path, and in the query or in the form. */
function asked({ path, parameters = [], takesForm }: Route): Record<string, unknown> {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = takesForm
    ? []
    : parameters.map(({ name, doc, isRequired = false, isRepeated = false }) => ({
        name,
        in: 'query',
        description: doc,
        required: isRequired,
        schema: valueSchema(isRepeated),
      }));
  const all = [...inPath, ...inQuery];
  return {
    ...(all.length > 0 ? { parameters: all } : {}),
    ...(takesForm ? { requestBody: { content: { [FORM_TYPE]: { schema: formSchema(parameters) } } } } : {}),
  };
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

function formSchema(parameters: readonly DocumentedParameter[]): Record<string, unknown> {
  const properties = parameters.map(
    ({ name, doc, isRepeated = false }) => [name, { description: doc, ...valueSchema(isRepeated) }] as const,
  );
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function valueSchema(isRepeated: boolean): Record<string, unknown> {
  return isRepeated ? { type: 'array', items: { type: 'string' } } : { type: 'string' };
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
