/**
 * What a scenario requires and forbids, looked for among an observer's conclusions. A requirement with culprits is met
 * when all conclusions of that name together name exactly these. Expectations about alerts are left to those who
 * evaluate alerts.
 */
import { isFaultLine, type ResolvedExpectation, type TruthLine } from '../../simulator/main.js';
import type { Vantage } from './vantage.js';

/** What became of one requirement. */
export interface Detection {
  readonly words: string;
  readonly found: boolean;
  /** From its first true occurrence to the first conclusion; undefined where the truth does not say when it was. */
  readonly afterUs: number | undefined;
  readonly viewsLater: number;
}

/** One conclusion, in the words of expectations. */
interface Conclusion {
  readonly name: string;
  readonly culprits: readonly string[];
  readonly view: number | undefined;
  readonly atUs: number;
  readonly viewsLater: number;
}

/** Looks for every requirement about causes and findings. */
export function detections(
  vantage: Vantage,
  truth: readonly TruthLine[],
  required: readonly ResolvedExpectation[],
): Detection[] {
  return required
    .filter((one) => !('alert' in one))
    .map((expectation) => {
      const settled = conclusions(vantage).filter(({ name }) => covers(expectation, name));
      const named = new Set(settled.flatMap(({ culprits }) => culprits));
      const { culprits } = expectation;
      const isNamed =
        culprits === undefined ||
        (culprits.length === named.size && culprits.every((culprit) => named.has(culprit)));
      const [first] = firstSaid(vantage)
        .filter(({ name }) => covers(expectation, name))
        .sort((a, b) => a.atUs - b.atUs);
      const sinceUs = occurredUs(expectation, truth);
      const extra = [...named].filter((one) => culprits?.includes(one) === false);
      return {
        words: `${nameOf(expectation)} ${culprits?.join('+') ?? ''}${extra.length > 0 ? ` (also named ${extra.join('+')})` : ''}`,
        found: settled.length > 0 && isNamed,
        afterUs: first === undefined || sinceUs === undefined ? undefined : Math.max(0, first.atUs - sinceUs),
        viewsLater: first?.viewsLater ?? 0,
      };
    });
}

/** Conclusions that are forbidden, in words, once for each view. */
export function forbiddenSaid(vantage: Vantage, forbidden: readonly ResolvedExpectation[]): string[] {
  return conclusions(vantage)
    .filter(({ name }) => forbidden.some((one) => !('alert' in one) && covers(one, name)))
    .map(({ name, culprits, view }) => `${name} ${culprits.join('+')} in view ${view}`);
}

/** The last views of a run end with it. */
const UNFINISHED = 3;

function conclusions({ verdicts, findings, silent, newestView }: Vantage): Conclusion[] {
  const finished = [...verdicts.values()].filter(({ view }) => view <= newestView - UNFINISHED);
  const causes = finished.flatMap(({ cause, culprits, view, decidedAtUs }) =>
    cause === undefined || cause === 'unknown'
      ? []
      : [{ name: cause, culprits, view, atUs: decidedAtUs, viewsLater: 0 }],
  );
  return [...causes, ...found(findings.values()), ...unheard(silent)];
}

/** As `conclusions`, with the first word on each view instead of the last. */
function firstSaid({ said, findings, silent }: Vantage): Conclusion[] {
  const causes = said.map(({ verdict: { cause, culprits, view, decidedAtUs }, viewsLater }) => ({
    name: cause ?? 'unknown',
    culprits,
    view,
    atUs: decidedAtUs,
    viewsLater,
  }));
  return [...causes, ...found(findings.values()), ...unheard(silent)];
}

/** Participation: nobody is accused, and a name is named all the same. */
function unheard(silent: Vantage['silent']): Conclusion[] {
  return [...silent].map(([validator, { atUs, view }]) => ({
    name: 'participation/silent',
    culprits: [validator],
    view,
    atUs,
    viewsLater: 0,
  }));
}

function found(findings: ReturnType<Vantage['findings']['values']>): Conclusion[] {
  return [...findings].map(({ class: name, kind, validators, view, foundAtUs, viewsLater }) => ({
    name: `${name}/${kind}`,
    culprits: validators,
    view,
    atUs: foundAtUs,
    viewsLater,
  }));
}

function nameOf(expectation: ResolvedExpectation): string {
  if ('cause' in expectation) return expectation.cause;
  return 'finding' in expectation ? expectation.finding : expectation.alert;
}

function covers(expectation: ResolvedExpectation, name: string): boolean {
  const pattern = nameOf(expectation);
  if ('alert' in expectation || 'cause' in expectation === name.includes('/')) return false;
  // Of who takes part nothing is forbidden unless it is named.
  if (pattern === '*') return !name.startsWith('participation/');
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** When it was first true. */
function occurredUs(expectation: ResolvedExpectation, truth: readonly TruthLine[]): number | undefined {
  const times = truth.filter((line) => namesOf(line).some((name) => covers(expectation, name)));
  return times.length === 0 ? undefined : Math.min(...times.map(({ at_us }) => at_us));
}

/** What a line of the truth amounts to, in the words of expectations. */
function namesOf(line: TruthLine): string[] {
  if (isFaultLine(line)) return line.fault === 'clock' ? ['divergence/clock_skew'] : [];
  if (line.type === 'deed')
    return [`byzantine/${line.deed}`, ...(line.deed === 'vote_withheld' ? ['participation/silent'] : [])];
  if (line.type === 'violation') return line.violation === 'S1' ? ['safety/conflicting_commit'] : [];
  return [line, ...Object.values(line.own)].map(({ cause }) => cause);
}
