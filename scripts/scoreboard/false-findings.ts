/**
 * Which findings the truth does not bear out. A finding about validators is true when each of them did that deed or
 * was seen breaking that rule, in that view where both say one; a conflict is true when the rule was broken and nobody
 * is named who followed the protocol. Who leaves a certificate out states one block and sends another: both are proven.
 */
import { isFaultLine, type TruthLine } from '../../simulator/main.js';
import type { Finding, FindingKind } from '../../src/domains/consensus/findings/finding.js';

/** Rules whose breach a kind of finding states. */
const rulesOf: Partial<Record<FindingKind, readonly string[]>> = {
  conflicting_commit: ['S1'],
  conflicting_certificate: ['S1', 'S2'],
  double_vote: ['S4'],
  double_proposal: ['S10'],
  vote_below_lock: ['S6'],
  vote_regression: ['S4'],
  lock_regression: ['S5'],
  view_regression: ['S7'],
  invalid_certificate: ['S3'],
  state_root: ['S11', 'S1'],
  height_regression: ['S9'],
};

/** Those that are not true. */
export function falseFindings(findings: Iterable<Finding>, truth: readonly TruthLine[]): Finding[] {
  const deviants = new Set(
    truth
      .filter(isFaultLine)
      .filter(({ fault }) => fault === 'byzantine' || fault === 'twins' || fault === 'amnesia')
      .flatMap(({ validators }) => validators),
  );
  return [...findings].filter((finding) => !isTrue(finding, truth, deviants));
}

function isTrue(finding: Finding, truth: readonly TruthLine[], deviants: ReadonlySet<string>): boolean {
  const { class: name, kind, validators } = finding;
  const rules = rulesOf[kind] ?? [];
  const broken = truth.filter(
    (line) => !isFaultLine(line) && line.type === 'violation' && rules.includes(line.violation),
  );
  if (name === 'safety') return broken.length > 0 && validators.every((one) => deviants.has(one));
  if (kind === 'clock_skew') return validators.every((one) => hadFault(truth, one, 'clock'));
  if (name === 'divergence') return broken.length > 0;
  return validators.length > 0 && validators.every((one) => isDoneBy(one, finding, truth));
}

/** Validators that were said to be silent although nothing was ever wrong with them. */
export function falselySilent(silent: Iterable<string>, truth: readonly TruthLine[]): string[] {
  // Twins show each part of the network another chain: whoever is on the smaller branch is lost to the others.
  if (truth.some((line) => isFaultLine(line) && line.fault === 'twins')) return [];
  return [...silent].filter((one) => !hadFault(truth, one));
}

function hadFault(truth: readonly TruthLine[], validator: string, kind?: string): boolean {
  return truth.some(
    (line) =>
      isFaultLine(line) && line.validators.includes(validator) && (kind === undefined || line.fault === kind),
  );
}

function isDoneBy(validator: string, { kind, view }: Finding, truth: readonly TruthLine[]): boolean {
  const rules = rulesOf[kind] ?? [];
  return truth.some((line) => {
    // One that runs twice does as two do; and what signers of another set signed is no certificate.
    if (isFaultLine(line))
      return (
        line.validators.includes(validator) &&
        (line.fault === 'twins' ||
          (kind === 'invalid_certificate' && line.behaviour === 'stale_epoch_signers'))
      );
    if (line.type === 'deed') {
      const isDeed = line.deed === kind || (kind === 'double_proposal' && line.deed === 'tail_fork');
      return isDeed && line.validator === validator && isSameView(kind, line.view, view);
    }
    return line.type === 'violation' && rules.includes(line.violation) && line.culprits.includes(validator);
  });
}

/** Views far ahead, a lock over a restart, or a certificate from before, are told of other views than the deed. */
const ofOtherViews: ReadonlySet<FindingKind> = new Set([
  'view_spam',
  'lock_regression',
  'invalid_certificate',
]);

function isSameView(kind: FindingKind, done: number, told: number | undefined): boolean {
  return told === undefined || done === told || ofOtherViews.has(kind);
}
