/**
 * Finds the route of a request. Paths are exact; a trailing slash is another path. What is not there is answered
 * with what is, because the person asking is usually holding a phone at night.
 */
import { textReply, type Reply, type Route, type RouteRequest } from './route.js';

/** Answers requests from a table of routes. */
export class Router {
  readonly #byPath = new Map<string, Map<string, Route>>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const methods = this.#byPath.get(route.path) ?? new Map<string, Route>();
      methods.set(route.method, route);
      this.#byPath.set(route.path, methods);
    }
  }

  /** The answer of the route, or 404 or 405. */
  async answer(request: RouteRequest): Promise<Reply> {
    const methods = this.#byPath.get(request.path);
    if (!methods) return this.#notFound(request.path);
    const route = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (!route) return notAllowed(request, [...methods.keys()]);
    return route.handle(request);
  }

  #notFound(path: string): Reply {
    const known = [...this.#byPath.keys()].sort().join('\n  ');
    return textReply(404, `nothing is served at ${printable(path)}; there is:\n  ${known}`);
  }
}

function notAllowed(request: RouteRequest, methods: readonly string[]): Reply {
  const allowed = methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((m) => m !== 'GET')] : methods;
  const text = `${request.path} does not take ${request.method}; it takes ${allowed.join(', ')}`;
  return { ...textReply(405, text), headers: { allow: allowed.join(', ') } };
}

/** A path from outside, short and without control characters. */
function printable(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
