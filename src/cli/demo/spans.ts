/** Lines of styled pieces, cut to a width before they are painted, so that escape codes never count as letters. Pure. */

/** How a piece looks; plain when absent. */
export type Style = 'strong' | 'dim' | 'good' | 'notice' | 'bad' | 'accent';

/** A piece of a line. */
export type Span = string | { readonly text: string; readonly style: Style };

/** One line. */
export type Line = readonly Span[];

const codes: Readonly<Record<Style, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  notice: '33',
  bad: '31',
  accent: '36',
};

/** Cut to `columns`, painted only with `colour`. */
export function renderLine(line: Line, columns: number, colour: boolean): string {
  let left = columns;
  let out = '';
  for (const span of joined(line)) {
    const letters = [...(typeof span === 'string' ? span : span.text)];
    const text = letters.slice(0, left).join('');
    left -= Math.min(left, letters.length);
    out +=
      typeof span === 'string' || !colour || text === '' ? text : `\x1b[${codes[span.style]}m${text}\x1b[0m`;
  }
  return colour ? out : out.trimEnd();
}

/** Neighbours of one style become one piece: a ribbon of equal cells is painted once. */
function joined(line: Line): Span[] {
  const spans: { text: string; style?: Style }[] = [];
  for (const span of line) {
    const piece = typeof span === 'string' ? { text: span } : span;
    const last = spans.at(-1);
    if (last && last.style === ('style' in piece ? piece.style : undefined)) last.text += piece.text;
    else spans.push({ ...piece });
  }
  return spans.map(({ text, style }) => (style === undefined ? text : { text, style }));
}
