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

/** `GET /-/ready` -> `get_ready`. */
function operationId({ method, path }: Route): string {
  const words = path.replaceAll(/[^a-zA-Z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return `${method.toLowerCase()}_${words === '' ? 'index' : words}`;
}

/** Parameters, and the form that holds those of the query where the route takes one. */
function asked({ parameters = [], takesForm = false, takesJson = false }: Route): Record<string, unknown> {
  const listed = parameters.filter((one) => one.in === 'path' || !takesForm).map(parameter);
  const fields = parameters.filter((one) => one.in === 'query');
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, doc, schema: value }) => [name, { description: doc, ...value }]),
    ),
  };
  return {
    ...(listed.length === 0 ? {} : { parameters: listed }),
    ...(takesForm ? { requestBody: { content: { [FORM_TYPE]: { schema } } } } : {}),
    ...(takesJson ? { requestBody: { content: { 'application/json': {} } } } : {}),
  };
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

function parameter({
  name,
  in: place,
  doc,
  schema,
  isRequired,
}: DocumentedParameter): Record<string, unknown> {
  return { name, in: place, required: place === 'path' || isRequired === true, description: doc, schema };
}

function response({ doc, contentTypes, schema }: DocumentedReply): Record<string, unknown> {
  const body = schema ? { schema } : {};
  return { description: doc, content: Object.fromEntries(contentTypes.map((type) => [type, body])) };
}
