/**
 * What may stand between a binary operator and its right side: `bool`, `on`/`ignoring`, `group_left`/
 * `group_right`. Without them operands match one to one on all labels.
 */
import type { Cardinality } from './ast.js';
import type { TokenReader } from './token-reader.js';

export interface BinaryModifiers {
  readonly returnBool: boolean;
  readonly cardinality: Cardinality;
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly include: readonly string[];
}

/** @throws QuorumscopeError `promql.bad_data` */
export function readModifiers(reader: TokenReader): BinaryModifiers {
  const returnBool = reader.acceptWord('bool');
  let cardinality: Cardinality = 'one-to-one';
  let labels: readonly string[] = [];
  let include: readonly string[] = [];
  const on = reader.isWord('on');
  if (reader.acceptWord('on') || reader.acceptWord('ignoring')) {
    labels = reader.labelList();
    if (reader.isWord('group_left') || reader.isWord('group_right')) {
      cardinality = reader.next().text.toLowerCase() === 'group_left' ? 'many-to-one' : 'one-to-many';
      if (reader.isSymbol('(')) include = reader.labelList();
    }
  }
  const after = reader.peek(1);
  for (const fill of ['fill', 'fill_left', 'fill_right'])
    if (reader.isWord(fill) && after.kind === 'symbol' && after.text === '(')
      throw reader.problem(reader.peek(), 'binop fill modifiers are experimental and not supported');
  return { returnBool, cardinality, on, labels, include };
}
