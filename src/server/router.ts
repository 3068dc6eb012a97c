/**
 * Finds the route of a request. Paths are exact but for parts in braces; a trailing slash is another path. What is not
 * there is answered with what is, because the person asking is usually holding a phone at night.
 */
import { textReply, type Reply, type Route, type RouteRequest } from './route.js';

/** A request before it is known which route it is for. */
export type UnroutedRequest = Omit<RouteRequest, 'parameter'>;

type Methods = Map<string, Route>;

/** Answers requests from a table of routes. */
export class Router {
  readonly #byPath = new Map<string, Methods>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const methods: Methods = this.#byPath.get(route.path) ?? new Map<string, Route>();
      methods.set(route.method, route);
      this.#byPath.set(route.path, methods);
    }
  }

  /** What becomes of the body of such a request: read, refused, or left alone because there is no such path. */
  bodyOf(method: string, path: string): 'form' | 'json' | 'none' | 'unknown' {
    const found = this.#find(path);
    if (!found) return 'unknown';
    const route = found.methods.get(method);
    return route?.takesForm === true ? 'form' : route?.takesJson === true ? 'json' : 'none';
  }

  /** The answer of the route, or 404 or 405. */
  async answer(request: UnroutedRequest): Promise<Reply> {
    const found = this.#find(request.path);
    if (!found) return this.#notFound(request.path);
    const { methods, parts } = found;
    const route = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (!route) return notAllowed(request, [...methods.keys()]);
    return route.handle({ ...request, parameter: (name) => parts.get(name) ?? '' });
  }

  #find(
    path: string,
  ): { readonly methods: Methods; readonly parts: ReadonlyMap<string, string> } | undefined {
    const exact = path.includes('{') ? undefined : this.#byPath.get(path);
    if (exact) return { methods: exact, parts: new Map() };
    for (const [pattern, methods] of this.#byPath) {
      const parts = match(pattern, path);
      if (parts) return { methods, parts };
    }
    return undefined;
  }

  #notFound(path: string): Reply {
    const known = [...this.#byPath.keys()].sort().join('\n  ');
    return textReply(404, `nothing is served at ${printable(path)}; there is:\n  ${known}`);
  }
}

/** The parts of `path` that stand where `pattern` has braces; undefined when it does not match. */
function match(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  if (!pattern.includes('{')) return undefined;
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parts = new Map<string, string>();
  for (const [i, part] of wanted.entries()) {
    const value = given[i]!;
    if (!part.startsWith('{')) {
      if (part !== value) return undefined;
      continue;
    }
    const text = decoded(value);
    if (text === undefined || text === '') return undefined;
    parts.set(part.slice(1, -1), text);
  }
  return parts;
}

/** Undefined for what is not well encoded: nothing has such a name. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function notAllowed(request: UnroutedRequest, methods: readonly string[]): Reply {
  const allowed = methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((m) => m !== 'GET')] : methods;
  const text = `${request.path} does not take ${request.method}; it takes ${allowed.join(', ')}`;
  return { ...textReply(405, text), headers: { allow: allowed.join(', ') } };
}

/** A path from outside, short and without control characters. */
function printable(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
