/** The sentences, dates and tables that a report has in every format. Pure. */
import type { Episode } from './episodes.js';
import type { ChainMaterial, ReportMaterial } from './material.js';

/** `2025-01-01 00:00:08.123`. */
export function showTime(us: number): string {
  const date = new Date(us / 1000);
  if (!Number.isFinite(us) || Number.isNaN(date.getTime())) return '-';
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

/** Microseconds in the unit that reads best. */
export function showSpan(us: number): string {
  if (!Number.isFinite(us)) return '-';
  if (us < 10_000_000) return us < 1_000_000 ? `${round(us / 1000)} ms` : `${round(us / 1e6)} s`;
  if (us < 600_000_000) return `${Math.round(us / 1e6)} s`;
  return us < 36_000_000_000 ? `${round(us / 60e6)} min` : `${round(us / 3600e6)} h`;
}

/** With thousands apart. */
export function showCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `125, 126, 129 to 134`, at most a few pieces. */
export function viewRanges(views: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const view of views) {
    const last = ranges.at(-1);
    if (last !== undefined && view === last[1] + 1) last[1] = view;
    else ranges.push([view, view]);
  }
  const shown = ranges.slice(0, 6).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  return ranges.length > 6 ? `${shown.join(', ')}, ... ${ranges.at(-1)![1]}` : shown.join(', ');
}

/** What a chain's part of the report begins with. */
export function leadOf({ tally, episodes, findings }: ChainMaterial): string {
  const { decided, lagged, failed, skipped } = tally.outcomes;
  const all = decided + lagged + failed + skipped;
  if (all === 0) return 'No view came to its end in this recording.';
  const trouble =
    failed === 0
      ? `All but ${showCount(skipped)} of ${showCount(all)} views were decided.`
      : `${showCount(failed)} of ${showCount(all)} views failed.`;
  const whole = failed === 0 && skipped === 0 ? `All ${showCount(all)} views were decided.` : trouble;
  const blame = mostBlamed(episodes.filter(({ outcome }) => outcome === 'failed'));
  const blamed = blame === undefined ? '' : ` ${blame}`;
  const found =
    findings.length === 0
      ? ' No validator was found to break the protocol.'
      : ` ${showCount(findings.length)} finding${findings.length === 1 ? '' : 's'} of broken rules.`;
  return `${whole}${blamed}${found}`;
}

function mostBlamed(episodes: readonly Episode[]): string | undefined {
  const counts = new Map<string, number>();
  let all = 0;
  for (const { culprits, views } of episodes) {
    all += views.length;
    for (const culprit of culprits) counts.set(culprit, (counts.get(culprit) ?? 0) + views.length);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most === undefined) return undefined;
  const [who, count] = most;
  return count === all
    ? `All of them are put down to ${who}.`
    : `${showCount(count)} of them are put down to ${who}.`;
}

/** A table: header and rows. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The facts at the top, by name. */
export function factsOf(material: ReportMaterial, chain: ChainMaterial): [string, string][] {
  const { tally, nodes, validators } = chain;
  const { decided, lagged, failed, skipped } = tally.outcomes;
  const still = tally.standstill(material.endedAtUs);
  return [
    ['Time', `${showTime(tally.fromUs)} UTC, ${showSpan(material.endedAtUs - tally.fromUs)}`],
    ['Views', tally.lastView < 0 ? 'none' : `${tally.firstView} to ${tally.lastView}`],
    ['Decided', `${showCount(decided)}, and ${showCount(lagged)} lagged`],
    ['Failed', `${showCount(failed)}, and ${showCount(skipped)} skipped`],
    ['Longest without a decided view', showSpan(still.toUs - still.fromUs)],
    [
      'Seen through',
      `${nodes.length} of ${validators.validators.length} validators: ${nodes.slice(0, 8).join(', ')}${nodes.length > 8 ? ', ...' : ''}`,
    ],
    ['Findings', showCount(chain.findings.length)],
    ['Lost or bad lines', lossesText(material)],
  ];
}

function lossesText({ losses }: ReportMaterial): string {
  const parts = Object.entries(losses).flatMap(([name, count]) =>
    count > 0 ? [`${showCount(count)} ${name}`] : [],
  );
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** Episodes as rows. */
export function episodeTable({ episodes }: ChainMaterial, most: number): Table {
  return {
    header: ['From', 'For', 'Views', 'How many', 'Outcome', 'Cause', 'Culprits', 'Where'],
    rows: episodes
      .slice(0, most)
      .map((episode) => [
        showTime(episode.fromUs),
        showSpan(episode.toUs - episode.fromUs),
        viewRanges(episode.views),
        showCount(episode.views.length),
        episode.outcome,
        episode.cause,
        episode.culprits.join(', '),
        episode.scope,
      ]),
  };
}

/** How the validators took part, over the longest window. */
export function participationTable({ validators }: ChainMaterial): Table {
  return {
    header: [
      'Validator',
      'Power',
      'In time',
      'Late',
      'Absent',
      'Led well',
      'Failed to lead',
      'Score',
      'Blamed for',
    ],
    rows: validators.validators.map(({ name, power, windows, score, blamed, is_silent }) => {
      const longest = windows.at(-1)!;
      const { votes, leads } = longest;
      const blame = Object.entries(blamed).map(([cause, count]) => `${cause} ${showCount(count)}`);
      return [
        is_silent ? `${name} (silent)` : name,
        showCount(power),
        ...[votes.in_time, votes.late, votes.absent, leads.proposed, leads.failed].map(showCount),
        score === null ? '-' : score.toFixed(3),
        blame.join(', '),
      ];
    }),
  };
}

/** Findings as rows. */
export function evidenceTable({ findings }: ChainMaterial, most: number): Table {
  return {
    header: ['Found', 'Class', 'Kind', 'By', 'View', 'What', 'Id'],
    rows: findings
      .slice(0, most)
      .map((finding) => [
        showTime(finding.found_at_us),
        finding.class,
        finding.kind,
        finding.validators.map(({ name }) => name).join(', '),
        finding.view === null ? '' : String(finding.view),
        finding.source === 'reported'
          ? `${finding.detail} (reported by a node, not checked)`
          : finding.detail,
        finding.id,
      ]),
  };
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}
