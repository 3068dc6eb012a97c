/** Text for terminals: wrapping, dates, and colours that can be left out. Pure. */

/** How something looks. */
export type Look = 'strong' | 'dim' | 'good' | 'notice' | 'bad' | 'accent';

const codes: Readonly<Record<Look, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  notice: '33',
  bad: '31',
  accent: '36',
};

/** Paints text, or leaves it. */
export type Paint = (look: Look, text: string) => string;

/** A painter; without colour it changes nothing. */
export function painter(colour: boolean): Paint {
  return (look, text) => (colour && text !== '' ? `\x1b[${codes[look]}m${text}\x1b[0m` : text);
}

/** Breaks text at spaces into lines of at most `columns`; a longer word stays whole. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A wall time: `2025-01-01 00:00:08.123 UTC`. */
export function showTime(us: number): string {
  const date = new Date(us / 1000);
  if (Number.isNaN(date.getTime())) return `${us} us`;
  return date.toISOString().replace('T', ' ').replace('Z', ' UTC');
}
