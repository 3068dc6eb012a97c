/** What is here: the list of routes for people at `/`, and the OpenAPI document for machines. */
import { openApi } from '../openapi.js';
import { jsonReply, type Route } from '../route.js';

/** `/` and `/openapi.json`; both list themselves and the `others`. */
export function contentsRoutes(version: string, others: readonly Route[]): Route[] {
  const routes: Route[] = [
    {
      method: 'GET',
      path: '/',
      summary: 'What is here',
      doc: 'The list of routes with a line about each.',
      replies: [{ status: 200, doc: 'The list.', contentTypes: ['text/html', 'text/plain'] }],
      handle: (request) => {
        const html = (request.header('accept') ?? '').includes('text/html');
        const body = html ? asHtml(version, listed) : asText(version, listed);
        return { status: 200, contentType: `text/${html ? 'html' : 'plain'}; charset=utf-8`, body };
      },
    },
    {
      method: 'GET',
      path: '/openapi.json',
      summary: 'This API as OpenAPI 3.1',
      doc: 'Every route that is served, with its answers.',
      replies: [{ status: 200, doc: 'The document.', contentTypes: ['application/json'] }],
      handle: () => jsonReply(200, openApi(version, all)),
    },
  ];
  const all = [...routes, ...others];
  const asked = new Set(all.filter(({ method }) => method === 'GET').map(({ path }) => path));
  // A path stands once, however it may be asked.
  const listed = all.filter(({ method, path }) => method === 'GET' || !asked.has(path));
  return routes;
}

function asText(version: string, routes: readonly Route[]): string {
  const width = Math.max(...routes.map((route) => label(route).length));
  const lines = routes.map((route) => `${label(route).padEnd(width)}  ${route.summary}`);
  return `quorumscope ${version}\n\n${lines.join('\n')}\n`;
}

/** The path, after its method where that is not GET. */
function label({ method, path }: Route): string {
  return method === 'GET' ? path : `${method} ${path}`;
}

function asHtml(version: string, routes: readonly Route[]): string {
  const rows = routes.map((route) => {
    const text = escape(label(route));
    // A link is a GET of something that has one address.
    const isLink = route.method === 'GET' && !route.path.includes('{');
    const cell = isLink ? linked(route.path) : text;
    return `<tr><td>${cell}</td><td>${escape(route.summary)}</td></tr>`;
  });
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>quorumscope</title>',
    '<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem}td{padding:0 1.5rem 0 0}</style>',
    `<h1>quorumscope ${escape(version)}</h1><table>${rows.join('')}</table></html>\n`,
  ].join('\n');
}

function linked(path: string): string {
  return `<a href="${escape(path)}">${escape(path)}</a>`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
