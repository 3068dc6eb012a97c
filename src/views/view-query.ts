/** Which views or verdicts are asked for: the same for the command line and for HTTP. Pure. */
import { causes, type ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';

/** All conditions must hold; absent ones do. */
export interface ViewQuery {
  readonly chain?: string;
  /** First and last view, both included. */
  readonly from?: number;
  readonly to?: number;
  readonly outcome?: string;
  readonly cause?: string;
  /** Id or name of a culprit. */
  readonly validator?: string;
  /** Most entries, 1 to 1,000. */
  readonly limit: number;
}

/** A query, or all that is wrong with it. */
export type ParsedViewQuery = { readonly query: ViewQuery } | { readonly problems: readonly string[] };

/** What every list gives at most. */
export const MOST_LISTED = 1_000;
const USUAL = 100;

const outcomes: readonly ViewVerdict['outcome'][] = ['decided', 'lagged', 'failed', 'skipped'];
const texts: Readonly<Record<string, readonly string[] | undefined>> = {
  chain: undefined,
  outcome: outcomes,
  cause: causes,
  validator: undefined,
};
const numbers = { from: 0, to: 0, limit: 1 } as const;

/** Reads a query from name and value. */
export function parseViewQuery(parameters: Iterable<readonly [string, string]>): ParsedViewQuery {
  const query: Record<string, string | number> = { limit: USUAL };
  const problems: string[] = [];
  for (const [name, value] of parameters) {
    if (name in texts) {
      const allowed = texts[name];
      if (allowed === undefined || allowed.includes(value)) query[name] = value;
      else problems.push(`${name}: found ${JSON.stringify(value)}, expected one of ${allowed.join(', ')}`);
    } else if (name in numbers) {
      const number = readNumber(name as keyof typeof numbers, value);
      if (typeof number === 'number') query[name] = number;
      else problems.push(number);
    } else {
      const known = [...Object.keys(texts), ...Object.keys(numbers)].join(', ');
      problems.push(`there is no parameter ${JSON.stringify(name)}; there are ${known}`);
    }
  }
  return problems.length > 0 ? { problems } : { query: query as unknown as ViewQuery };
}

/** A number of a view, or undefined for what is none. */
export function readView(text: string): number | undefined {
  const view = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(view) ? view : undefined;
}

function readNumber(name: keyof typeof numbers, value: string): number | string {
  const number = readView(value);
  const [least, most] = [numbers[name], name === 'limit' ? MOST_LISTED : Number.MAX_SAFE_INTEGER];
  if (number !== undefined && number >= least && number <= most) return number;
  const range = name === 'limit' ? `an integer from 1 to ${MOST_LISTED}` : 'an integer of at least 0';
  return `${name}: found ${JSON.stringify(value)}, expected ${range}`;
}
