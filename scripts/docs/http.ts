/** docs/HTTP.md from the table of routes: what is documented is what is served. */
import { formats } from '../../src/export/formats.js';
import { rangeFormats } from '../../src/range-exports.js';
import type { Route } from '../../src/server/route.js';
import { createRoutes } from '../../src/server/routes.js';

/** The page. */
export function renderHttp(): string {
  const unused = (): never => {
    throw new Error('documentation only');
  };
  const consensus = {
    views: unused,
    view: unused,
    validators: unused,
    verdicts: unused,
    evidence: unused,
    finding: unused,
  };
  const incidents = { list: unused, get: unused, events: unused };
  const probes = { metrics: unused, notices: unused, ready: unused, status: unused };
  const range = { formats: rangeFormats, render: unused };
  const exports = { formats: () => formats, render: unused, range };
  const exporters = { list: unused, pause: unused, resume: unused, test: unused };
  const health = { report: unused, component: unused, components: unused };
  const routes = createRoutes('', {
    ...probes,
    health,
    rules: { rules: unused, alerts: unused },
    reload: unused,
    consensus,
    incidents,
    exports,
    exporters,
    events: unused,
    prometheus: unused,
    notifications: unused,
  });
  return `${[intro(), ...routes.map(renderRoute)].join('\n\n')}\n`;
}

function intro(): string {
  return `# HTTP

Generated from the routes in \`src/server\`; do not edit. The running sidecar serves the same as \`/openapi.json\`.

The default address is \`127.0.0.1:10920\`. There is no authentication, so another address than loopback is refused
unless \`server.insecure: true\` says that it is intended. On loopback the \`Host\` header must name this machine
(\`localhost\`, \`127.0.0.1\`, \`[::1]\`), which keeps web pages in a browser out. A request has no body, but for a form or a
JSON document (at most 1 MiB) where a route takes one by \`POST\`. What changes something is refused from web pages of another origin. \`HEAD\` is answered wherever
\`GET\` is. Other paths answer 404 with the list of what there is, other methods 405.

\`server.telemetry_listen\` opens a second address that serves only the routes marked *telemetry*.`;
}

function renderRoute(route: Route): string {
  const { method, path, summary, doc, parameters = [], replies, telemetry, takesForm } = route;
  if (takesForm) return `## \`${method} ${path}\`\n\nThe same as \`GET\`, with the parameters in a form.`;
  const answers = replies.map(
    (reply) =>
      `- ${reply.status} (${reply.contentTypes.map((type) => `\`${type}\``).join(', ')}): ${reply.doc}`,
  );
  const mark = telemetry ? ' *Telemetry.*' : '';
  const given = parameters.map(
    ({ name, in: place, doc: meaning, isRequired }) =>
      `- \`${name}\`${place === 'path' ? ' in the path' : isRequired ? ', required' : ''}: ${meaning}`,
  );
  const shapes = replies.flatMap(({ schema }) => (schema ? [renderShape(schema)] : []));
  return [
    `## \`${method} ${path}\``,
    `${summary}.${mark} ${doc}`,
    ...(given.length === 0 ? [] : [given.join('\n')]),
    answers.join('\n'),
    ...shapes,
  ].join('\n\n');
}

/** The JSON that comes back, in the words of its schema. */
function renderShape(schema: Readonly<Record<string, unknown>>): string {
  return ['```text', ...shape(schema, ''), '```'].join('\n');
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function shape(schema: Schema, indent: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = property.items ?? property;
    const many = property.items ? 'list of ' : '';
    const type = inner.enum ? inner.enum.join(' | ') : [inner.type ?? 'any'].flat().join(' or ');
    const about = property.description ?? inner.description;
    const line = `${indent}${name}: ${many}${type}${about === undefined ? '' : `; ${about}`}`;
    return [line, ...shape(inner, `${indent}  `)];
  });
}
