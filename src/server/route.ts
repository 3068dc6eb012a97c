/**
 * What a route is: method, path, words for the docs, and a handler. The router, `/openapi.json` and docs/HTTP.md all
 * read the same table, so a route that is served is documented and the other way round.
 */

/** What a handler may know of a request. Only forms and JSON documents have a body here. */
export interface RouteRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The part of the path that stands where the route has `{name}`. */
  readonly parameter: (name: string) => string;
  /** The fields of a form, where the route takes one; else empty. */
  readonly form: URLSearchParams;
  /** The text of a JSON document, where the route takes one; else empty. */
  readonly body: string;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** One header's value, by lower-case name. */
  header(name: string): string | undefined;
}

/** What a handler answers. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /**
   * Whole, or piece by piece: then no piece is asked for before the client has taken those before it. A stream ends soon
   * after the request's signal is aborted; one that rejects breaks the connection, so that no half looks whole.
   */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One possible answer, for the docs. */
export interface DocumentedReply {
  readonly status: number;
  readonly doc: string;
  readonly contentTypes: readonly string[];
  /** JSON Schema of the body where it is JSON. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

/** What a request may say, for the docs. What is in the query is in the form where the route takes one. */
export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly doc: string;
  /** JSON Schema of its value; of an array where it may be given several times. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What stands in the path always is. */
  readonly isRequired?: boolean;
}

/** One route. HEAD is answered wherever GET is. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Exact, but for parts in braces: `/views/{view}`. */
  readonly path: string;
  /** Short: what it is. */
  readonly summary: string;
  /** Sentences for the operator: what it tells and what it does not. */
  readonly doc: string;
  readonly parameters?: readonly DocumentedParameter[];
  readonly replies: readonly DocumentedReply[];
  /** Takes a form as its body. A route that takes neither this nor JSON refuses a body. */
  readonly takesForm?: boolean;
  /** Takes a JSON document as its body. */
  readonly takesJson?: boolean;
  /** Served by the second listener too. */
  readonly telemetry?: boolean;
  readonly handle: (request: RouteRequest) => Reply | Promise<Reply>;
}

const TEXT = 'text/plain; charset=utf-8';

/** A plain answer; a newline is added. */
export function textReply(status: number, text: string): Reply {
  return { status, contentType: TEXT, body: `${text}\n` };
}

/** A JSON answer. */
export function jsonReply(status: number, value: unknown): Reply {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` };
}
