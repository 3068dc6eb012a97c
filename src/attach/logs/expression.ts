/**
 * What a field of an event is made of: `view`, `view + 1`, `=qc`, `@view`, `views(block)`, `leader(view)`,
 * `height(block)`, and alternatives of those, of which the first that is known counts: `views(block) | @view`.
 *
 * An expression never throws: what cannot be known is undefined. It costs its own length, whatever the line is.
 */

/** A value from a line, or made of some. */
export type Value = string | number | boolean | readonly unknown[] | undefined;

/** Where names are looked up. */
export interface Scope {
  /** A capture of the line, or a path into its JSON. */
  line(name: string): Value;
  /** What an earlier line left behind. */
  kept(name: string): Value;
  /** What an earlier line said of a key, as in `heights(block)`. */
  recalled(memory: string, key: Value): Value;
  /** The leader of a view, by the rule that the adapter states. */
  leader(view: Value): Value;
  /** The height of a block: remembered in `heights`, or that of an ancestor known by `parents` plus the steps to it. */
  height(block: Value): Value;
}

/** A compiled expression. */
export type Expression = (scope: Scope) => Value;

/** Compiles an expression. @returns what is wrong with it, as a text, where it is none */
export function compileExpression(source: string): Expression | string {
  const terms: Expression[] = [];
  for (const text of source.split(' | ')) {
    const term = compileTerm(text.trim());
    if (typeof term === 'string') return term;
    terms.push(term);
  }
  const [only] = terms;
  if (terms.length === 1) return only!;
  return (scope) => {
    for (const term of terms) {
      const value = term(scope);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function compileTerm(source: string): Expression | string {
  if (source.startsWith('=')) {
    const constant = source.slice(1);
    return () => constant;
  }
  const sum = /^(.+) ([+*-]) ([0-9]+)$/.exec(source);
  if (sum) return compileSum(sum[1]!, sum[2]!, Number(sum[3]!));
  const call = /^([a-z_]+)\((.+)\)$/.exec(source);
  if (call) return compileCall(call[1]!, call[2]!);
  const name = /^(@?)([A-Za-z_][A-Za-z0-9_.]*)$/.exec(source);
  if (!name) return `${JSON.stringify(source)} is no expression`;
  const [, mark, word] = name;
  return mark === '@' ? (scope) => scope.kept(word!) : (scope) => scope.line(word!);
}

function compileSum(left: string, sign: string, right: number): Expression | string {
  const of = compileTerm(left);
  if (typeof of === 'string') return of;
  return (scope) => {
    const found = of(scope);
    const value = found === undefined || found === '' ? Number.NaN : Number(found);
    if (!Number.isFinite(value)) return undefined;
    return sign === '+' ? value + right : sign === '-' ? value - right : value * right;
  };
}

function compileCall(name: string, argument: string): Expression | string {
  const of = compileTerm(argument);
  if (typeof of === 'string') return of;
  if (name === 'leader') return (scope) => scope.leader(of(scope));
  if (name === 'height') return (scope) => scope.height(of(scope));
  return (scope) => scope.recalled(name, of(scope));
}
