/** Verdicts that differ from the truth, for whoever wants to mend one of them. */
import type { Wrong } from './score.js';

/** One line for those alike, the commonest first, with one run to look at. */
export function renderWrong(wrong: readonly Wrong[]): string[] {
  const counts = new Map<string, { times: number; readonly example: Wrong }>();
  for (const one of wrong) {
    const words = wordsOf(one);
    const known = counts.get(words) ?? { times: 0, example: one };
    known.times++;
    counts.set(words, known);
  }
  return [...counts]
    .sort(([, a], [, b]) => b.times - a.times)
    .map(
      ([
        words,
        {
          times,
          example: { seed, vantage, view, truth, verdict },
        },
      ]) => {
        return `${times} x ${words}; as in seed ${seed}, ${vantage}, view ${view}: ${truth}, said ${verdict}`;
      },
    );
}

function wordsOf({ scenario, vantage, truth, verdict, grounds }: Wrong): string {
  const anybody = (text: string): string => text.replaceAll(/( v\d+)+/g, ' v*');
  const why = grounds.length === 0 ? '' : `, because ${grounds.join('; ')}`;
  return `${scenario}, ${vantage === 'all' ? 'all' : 'one'}: truly ${anybody(truth)}, said ${anybody(verdict)}${why}`;
}
