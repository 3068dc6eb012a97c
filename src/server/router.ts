/**
 * Finds the route of a request. Paths are exact but for their `{name}` segments; a trailing slash is another path. What
 * is not there is answered with what is, because the person asking is usually holding a phone at night.
 */
import { textReply, type Reply, type Route, type RouteRequest } from './route.js';

/** The routes of one path, and what the path had in the place of its `{name}` segments. */
interface Found {
  readonly methods: ReadonlyMap<string, Route>;
  readonly segments: Readonly<Record<string, string>>;
}

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

  /** What becomes of the body of such a request: read, refused, or left alone because there is no such path. */
  bodyOf(method: string, path: string): 'form' | 'none' | 'unknown' {
    const found = this.#find(path);
    if (!found) return 'unknown';
    return found.methods.get(method)?.takesForm === true ? 'form' : 'none';
  }

  /** The answer of the route, or 404 or 405. */
  async answer(request: Omit<RouteRequest, 'segments'>): Promise<Reply> {
    const found = this.#find(request.path);
    if (!found) return this.#notFound(request.path);
    const { methods, segments } = found;
    const route = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (!route) return notAllowed(request, [...methods.keys()]);
    return route.handle({ ...request, segments });
  }

  #find(path: string): Found | undefined {
    const exact = this.#byPath.get(path);
    if (exact && !path.includes('{')) return { methods: exact, segments: {} };
    const asked = path.split('/');
    for (const [pattern, methods] of this.#byPath) {
      const segments = pattern.includes('{') ? segmentsOf(pattern.split('/'), asked) : undefined;
      if (segments) return { methods, segments };
    }
    return undefined;
  }

  #notFound(path: string): Reply {
    const known = [...this.#byPath.keys()].sort().join('\n  ');
    return textReply(404, `nothing is served at ${printable(path)}; there is:\n  ${known}`);
  }
}

/** What `asked` has where `pattern` has names, or undefined when it is another path. */
function segmentsOf(
  pattern: readonly string[],
  asked: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== asked.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const found = asked[i]!;
    if (!part.startsWith('{')) {
      if (part !== found) return undefined;
      continue;
    }
    const decoded = decode(found);
    if (decoded === undefined || decoded === '') return undefined;
    segments[part.slice(1, -1)] = decoded;
  }
  return segments;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function notAllowed(request: Pick<RouteRequest, 'method' | 'path'>, methods: readonly string[]): Reply {
  const allowed = methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((m) => m !== 'GET')] : methods;
  const text = `${request.path} does not take ${request.method}; it takes ${allowed.join(', ')}`;
  return { ...textReply(405, text), headers: { allow: allowed.join(', ') } };
}

/** A path from outside, short and without control characters. */
function printable(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
