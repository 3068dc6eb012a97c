/**
 * Colours and cursor movements out of a line of a log: what a program prints for a terminal, and a journal keeps.
 *
 * Invariant: goes over the line once. A sequence that is broken off at the end of the line goes with it.
 */

const ESCAPE = '\u001b';

/** The text without its escape sequences; the same string where it has none. */
export function withoutAnsi(text: string): string {
  let escape = text.indexOf(ESCAPE);
  if (escape < 0) return text;
  let plain = '';
  let from = 0;
  while (escape >= 0) {
    plain += text.slice(from, escape);
    from = behindSequence(text, escape);
    escape = text.indexOf(ESCAPE, from);
  }
  return plain + text.slice(from);
}

/** Where the text goes on behind the sequence that begins at `escape`. */
function behindSequence(text: string, escape: number): number {
  // Of the many kinds only "control sequences" have parameters; any other is the escape and one character.
  if (text[escape + 1] !== '[') return Math.min(escape + 2, text.length);
  let at = escape + 2;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    // A parameter or an intermediate goes on, a final ends it, and anything else never belonged to it.
    if (code >= 0x40 && code <= 0x7e) return at + 1;
    if (code < 0x20 || code > 0x3f) return at;
    at++;
  }
  return at;
}
