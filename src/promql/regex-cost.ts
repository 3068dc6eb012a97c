/**
 * How large a program a regular expression compiles to, estimated from its text before anything is
 * compiled: repetitions multiply what they repeat, also inside one another. Linear time is linear in the
 * program as well as in the text, so a program without a bound would still hold the process up.
 *
 * An estimate, not a parser: on text that is no valid pattern it gives some number.
 */

const LITERAL_COST = 0.25;
const CLASS_COST = 1;
/** A Unicode class is hundreds of ranges. */
const UNICODE_CLASS_COST = 3;
const QUANTIFIER_COST = 0.5;

const CLASS = /\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/y;
const REPETITION = /\{([0-9]+)(?:,([0-9]*))?\}/y;
const UNICODE_CLASS = /\\[pP](?:\{[^}]*\}|.)/y;

/** The estimated size, in instructions. */
export function patternCost(source: string): number {
  /** What each open group holds so far; `last` is the part that a quantifier repeats. */
  const open: number[] = [];
  let total = 0;
  let last = 0;
  const add = (cost: number): void => {
    total += cost;
    last = cost;
  };
  for (let i = 0; i < source.length;) {
    const step = readPart(source, i);
    i += step.length;
    switch (step.kind) {
      case 'atom':
        add(step.cost);
        break;
      case 'open':
        open.push(total);
        total = 0;
        break;
      case 'close': {
        const inner = total;
        total = open.pop() ?? 0;
        add(inner + CLASS_COST);
        break;
      }
      case 'repeat':
        total += last * (step.cost - 1);
        last *= step.cost;
        break;
    }
  }
  return total + open.reduce((sum, cost) => sum + cost, 0);
}

interface Part {
  readonly kind: 'atom' | 'open' | 'close' | 'repeat';
  readonly length: number;
  readonly cost: number;
}

function readPart(source: string, at: number): Part {
  const unicode = sticky(UNICODE_CLASS, source, at);
  if (unicode !== undefined) return { kind: 'atom', length: unicode[0].length, cost: UNICODE_CLASS_COST };
  const character = source[at]!;
  if (character === '\\') {
    const cost = /[dwsDWS]/.test(source[at + 1] ?? '') ? CLASS_COST : LITERAL_COST;
    return { kind: 'atom', length: 2, cost };
  }
  const group = character === '[' ? sticky(CLASS, source, at) : undefined;
  if (group !== undefined) {
    const inside = (group[0].match(/\\[pP]/g) ?? []).length * UNICODE_CLASS_COST;
    return { kind: 'atom', length: group[0].length, cost: CLASS_COST + inside };
  }
  if (character === '(') return { kind: 'open', length: 1, cost: 0 };
  if (character === ')') return { kind: 'close', length: 1, cost: 0 };
  const repetition = character === '{' ? sticky(REPETITION, source, at) : undefined;
  if (repetition !== undefined) {
    const [text, least, most] = repetition;
    return { kind: 'repeat', length: text.length, cost: Math.max(Number(least), Number(most ?? 0), 1) };
  }
  if (character === '?' || character === '*' || character === '+' || character === '|')
    return { kind: 'atom', length: 1, cost: QUANTIFIER_COST };
  return { kind: 'atom', length: 1, cost: character === '.' ? CLASS_COST : LITERAL_COST };
}

function sticky(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}
