/** What to say to people about a line that is none. */
import { MAX_LINE_BYTES } from '../events/envelope.js';
import type { LineProblem } from '../events/lines.js';

/** A sentence by reason: what was found, what was expected. */
export const lineProblemDetails: Readonly<Record<LineProblem, string>> = {
  oversize: `a line of more than ${MAX_LINE_BYTES} bytes`,
  invalid_utf8: 'bytes that are not UTF-8',
  half_line: 'the stream ended within a line',
};
