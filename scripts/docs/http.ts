/** docs/HTTP.md from the table of routes: what is documented is what is served. */
import { formats } from '../../src/export/formats.js';
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
    exports: { formats: () => formats, render: unused },
    exporters: { list: unused, pause: unused, resume: unused, test: unused },
  });
  return `${[intro(), ...routes.map(renderRoute)].join('\n\n')}\n`;
}

function intro(): string {
  return `# HTTP

Generated from the routes in \`src/server\`; do not edit. The running sidecar serves the same as \`/openapi.json\`.

The default address is \`127.0.0.1:10920\`. There is no authentication, so another address than loopback is refused
unless \`server.insecure: true\` says that it is intended. On loopback the \`Host\` header must name this machine
(\`localhost\`, \`127.0.0.1\`, \`[::1]\`), which keeps web pages in a browser out. Requests have no body; \`POST\` is
refused from web pages of another origin. \`HEAD\` is answered wherever \`GET\` is. Other paths answer 404 with the list of what there is, other methods 405.

\`server.telemetry_listen\` opens a second address that serves only the routes marked *telemetry*.`;
}

function renderRoute({ method, path, summary, doc, replies, telemetry }: Route): string {
  const answers = replies.map(
    (reply) =>
      `- ${reply.status} (${reply.contentTypes.map((type) => `\`${type}\``).join(', ')}): ${reply.doc}`,
  );
  const mark = telemetry ? ' *Telemetry.*' : '';
  return `## \`${method} ${path}\`\n\n${summary}.${mark} ${doc}\n\n${answers.join('\n')}`;
}
