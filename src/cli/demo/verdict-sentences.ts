/** Verdicts on failed and lagged views as sentences for the demo: each once, by the last word on it. */
import type { VerdictListener, ViewVerdict } from '../../domains/consensus/verdict/view-verdict.js';
import { vantageText } from '../../views/verdict-document.js';

/** Hears verdicts and says those that a person wants to know of. */
export function verdictListener(say: (sentence: string) => void): VerdictListener {
  return {
    verdict: () => undefined,
    settled: (verdict) => {
      if (verdict.cause !== undefined) say(verdictSentence(verdict));
    },
  };
}

/** `view 125 failed: collector_silent, validator-2 (seen by 4 of 4)`. */
export function verdictSentence({ view, outcome, cause, culprits, vantage }: ViewVerdict): string {
  const who = culprits.length === 0 ? '' : `, ${culprits.join(', ')}`;
  return `view ${view} ${outcome}: ${cause ?? 'unknown'}${who} (${vantageText(vantage)})`;
}
