/**
 * Finds the route of a request. Paths are exact, but for segments in braces; a trailing slash is another path. What is not there is answered
 * with what is, because the person asking is usually holding a phone at night.
 */
import { textReply, type Reply, type Route, type RouteRequest } from './route.js';

/** A request before it is known which route it is for. */
export type UnroutedRequest = Omit<RouteRequest, 'parameters'>;

/** Answers requests from a table of routes. */
export class Router {
  readonly #byPath = new Map<string, Map<string, Route>>();
  /** Those with braces. */
  readonly #patterns: { readonly path: string; readonly pattern: RegExp }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.path.includes('{') && !this.#byPath.has(route.path))
        this.#patterns.push({ path: route.path, pattern: patternOf(route.path) });
      const methods = this.#byPath.get(route.path) ?? new Map<string, Route>();
      methods.set(route.method, route);
      this.#byPath.set(route.path, methods);
    }
  }

  /** The answer of the route, or 404 or 405. */
  async answer(request: UnroutedRequest): Promise<Reply> {
    const { methods, parameters } = this.#find(request.path);
    if (!methods) return this.#notFound(request.path);
    const route = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (!route) return notAllowed(request, [...methods.keys()]);
    return route.handle({ ...request, parameters });
  }

  #find(path: string): { methods: Map<string, Route> | undefined; parameters: Record<string, string> } {
    for (const { path: known, pattern } of this.#patterns) {
      const groups = pattern.exec(path)?.groups;
      if (groups !== undefined) return { methods: this.#byPath.get(known), parameters: decoded(groups) };
    }
    return { methods: path.includes('{') ? undefined : this.#byPath.get(path), parameters: {} };
  }

  #notFound(path: string): Reply {
    const known = [...this.#byPath.keys()].sort().join('\n  ');
    return textReply(404, `nothing is served at ${printable(path)}; there is:\n  ${known}`);
  }
}

function notAllowed(request: UnroutedRequest, methods: readonly string[]): Reply {
  const allowed = methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((m) => m !== 'GET')] : methods;
  const text = `${request.path} does not take ${request.method}; it takes ${allowed.join(', ')}`;
  return { ...textReply(405, text), headers: { allow: allowed.join(', ') } };
}

/** `/a/{name}` as a pattern with a group of that name. */
function patternOf(path: string): RegExp {
  const source = path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}

/** What is not well encoded stays as it is: then it is a name that nothing has. */
function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decode(text)]));
}

/** A path from outside, short and without control characters. */
function printable(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
