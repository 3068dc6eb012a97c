/** docs/HTTP.md from the table of routes: what is documented is what is served. */
import type { Route } from '../../src/server/route.js';
import { createRoutes } from '../../src/server/routes.js';

/** The page. */
export function renderHttp(): string {
  const unused = (): never => {
    throw new Error('documentation only');
  };
  const routes = createRoutes('', {
    metrics: unused,
    notices: unused,
    ready: unused,
    status: unused,
    prometheus: unused,
  });
  return `${[intro(), ...routes.map(renderRoute)].join('\n\n')}\n`;
}

function intro(): string {
  return `# HTTP

Generated from the routes in \`src/server\`; do not edit. The running sidecar serves the same as \`/openapi.json\`.

The default address is \`127.0.0.1:10920\`. There is no authentication, so another address than loopback is refused
unless \`server.insecure: true\` says that it is intended. On loopback the \`Host\` header must name this machine
(\`localhost\`, \`127.0.0.1\`, \`[::1]\`), which keeps web pages in a browser out. Nothing here changes anything. A request has no
body, but for a form (at most 1 MiB) where a route takes one by \`POST\`. \`HEAD\` is answered wherever \`GET\` is. Other paths answer 404 with the list of what there is, other methods 405.

\`server.telemetry_listen\` opens a second address that serves only the routes marked *telemetry*.`;
}

function renderRoute({ method, path, summary, doc, replies, telemetry, parameters = [] }: Route): string {
  if (method === 'POST') return `## \`POST ${path}\`\n\nThe same, with the parameters in a form.`;
  const asked = parameters.map(
    ({ name, doc: meaning, isRequired, isRepeated }) =>
      `- \`${name}\`${isRequired ? ', required' : ''}${isRepeated ? ', repeatable' : ''}: ${meaning}`,
  );
  const answers = replies.map(
    (reply) =>
      `- ${reply.status} (${reply.contentTypes.map((type) => `\`${type}\``).join(', ')}): ${reply.doc}`,
  );
  const mark = telemetry ? ' *Telemetry.*' : '';
  const parts = [
    ...(asked.length > 0 ? ['Parameters:', asked.join('\n'), 'Answers:'] : []),
    answers.join('\n'),
  ];
  return `## \`${method} ${path}\`\n\n${summary}.${mark} ${doc}\n\n${parts.join('\n\n')}`;
}
