/** Which findings are asked for: the same for the command line and for HTTP. */
import { findingKinds, type Finding } from '../domains/consensus/findings/finding.js';

/** All conditions must hold; absent ones do. */
export interface EvidenceQuery {
  readonly chain?: string | undefined;
  readonly class?: string | undefined;
  readonly kind?: string | undefined;
  /** Id of a validator that is named. */
  readonly validator?: string | undefined;
  readonly view?: number | undefined;
  /** Found at or after this time, and before the other; microseconds since the Unix epoch. */
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  /** Most findings. */
  readonly limit?: number | undefined;
}

/** Whether a finding is asked for. */
export function matches(finding: Finding, query: EvidenceQuery): boolean {
  const { chain, kind, validator, view, fromUs = -Infinity, toUs = Infinity } = query;
  if (chain !== undefined && finding.chain !== chain) return false;
  if (query.class !== undefined && finding.class !== query.class) return false;
  if (kind !== undefined && finding.kind !== kind) return false;
  if (view !== undefined && finding.view !== view) return false;
  if (validator !== undefined && !finding.validators.includes(validator)) return false;
  return finding.foundAtUs >= fromUs && finding.foundAtUs < toUs;
}

/** A query, or what is wrong with it. */
export type ParsedQuery = { readonly query: EvidenceQuery } | { readonly problems: readonly string[] };

const TEXTS = ['chain', 'class', 'kind', 'validator'] as const;
const NUMBERS = { view: 'view', from_us: 'fromUs', to_us: 'toUs', limit: 'limit' } as const;

/** Reads a query from name and value, as a URL or a command line gives them. */
export function parseEvidenceQuery(parameters: Iterable<readonly [string, string]>): ParsedQuery {
  const query: Record<string, string | number> = {};
  const problems: string[] = [];
  for (const [name, value] of parameters) {
    if ((TEXTS as readonly string[]).includes(name)) query[name] = value;
    else if (name in NUMBERS) {
      const number = Number(value);
      if (value.trim() !== '' && Number.isSafeInteger(number) && number >= 0)
        query[NUMBERS[name as keyof typeof NUMBERS]] = number;
      else problems.push(`${name}: found ${JSON.stringify(value)}, expected an integer of at least 0`);
    } else {
      const known = [...TEXTS, ...Object.keys(NUMBERS)].join(', ');
      problems.push(`there is no parameter ${JSON.stringify(name)}; there are ${known}`);
    }
  }
  const { class: name, kind } = query;
  const classes = Object.keys(findingKinds);
  const kinds = [...new Set(Object.values(findingKinds).flat())];
  if (name !== undefined && !classes.includes(String(name)))
    problems.push(`class: found ${JSON.stringify(name)}, expected one of ${classes.join(', ')}`);
  if (kind !== undefined && !(kinds as string[]).includes(String(kind)))
    problems.push(`kind: found ${JSON.stringify(kind)}, expected one of ${kinds.join(', ')}`);
  return problems.length > 0 ? { problems } : { query };
}
