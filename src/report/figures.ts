/** The pictures of a report: the chain over time with who was blamed when, and one view node by node. Pure. */
import type { NodeView, ViewDocument } from '../views/view-document.js';
import type { VerdictDocument } from '../views/verdict-document.js';
import type { ChainMaterial, ReportMaterial } from './material.js';
import { drawBox, drawChart, drawMark, ticksUpTo } from './svg.js';
import { showCount, showSpan } from './words.js';

const BUCKETS = 160;
const BARS = 90;
const LANE = 20;
const MOST_LANES = 24;

const outcomes = ['decided', 'lagged', 'skipped', 'failed'] as const;
const NOTHING = '<p class="quiet">Nothing to show.</p>';

/** Views by outcome over time; below, a lane for everybody who was blamed. */
export function drawHistory(material: ReportMaterial, chain: ChainMaterial): string {
  const { verdicts, tally } = chain;
  const spanUs = material.endedAtUs - tally.fromUs;
  if (verdicts.length === 0 || !(spanUs > 0)) return NOTHING;
  const shareOf = (us: number): number => Math.max(0, Math.min(1, (us - tally.fromUs) / spanUs));
  const lanes = culpritLanes(verdicts);
  const content = [
    ...bars(verdicts, shareOf, spanUs),
    ...lanes.flatMap(({ blamed }, i) =>
      blamed.map((verdict) => drawBlame(verdict, shareOf, BARS + 10 + i * LANE)),
    ),
  ];
  const gutter = [
    { y: BARS / 2, text: 'views' },
    ...lanes.map(({ name }, i) => ({ y: BARS + 10 + i * LANE + 14, text: name })),
  ];
  return drawChart({
    name: 'Views by outcome over time, and who was blamed when',
    height: BARS + 10 + lanes.length * LANE,
    content,
    gutter,
    ticks: ticksUpTo(spanUs, 8, showSpan),
  });
}

/** What the colours mean. */
export function historyLegend(): string {
  return legend([
    ['decided', 'decided'],
    ['lagged', 'lagged: some attached nodes gave it up'],
    ['skipped', 'skipped'],
    ['failed', 'failed; below, who was blamed'],
  ]);
}

function bars(
  verdicts: readonly VerdictDocument[],
  shareOf: (us: number) => number,
  spanUs: number,
): string[] {
  const counts = Array.from({ length: BUCKETS }, () => ({ decided: 0, lagged: 0, skipped: 0, failed: 0 }));
  for (const { entered_at_us, outcome } of verdicts)
    counts[Math.min(BUCKETS - 1, Math.floor(shareOf(entered_at_us) * BUCKETS))]![outcome]++;
  const most = Math.max(1, ...counts.map((bucket) => outcomes.reduce((sum, name) => sum + bucket[name], 0)));
  return counts.flatMap((bucket, i) => {
    const said = outcomes.flatMap((name) => (bucket[name] > 0 ? [`${showCount(bucket[name])} ${name}`] : []));
    const title = `${showSpan((i * spanUs) / BUCKETS)}: ${said.join(', ')}`;
    let bottom = BARS;
    return outcomes.flatMap((name) => {
      if (bucket[name] === 0) return [];
      const height = Number(Math.max(2, (bucket[name] / most) * (BARS - 8)).toFixed(2));
      bottom -= height;
      const place = { from: i / BUCKETS, to: (i + 0.92) / BUCKETS, y: Number(bottom.toFixed(2)), height };
      return [drawBox({ ...place, look: name, title })];
    });
  });
}

function culpritLanes(
  verdicts: readonly VerdictDocument[],
): { readonly name: string; readonly blamed: readonly VerdictDocument[] }[] {
  const lanes = new Map<string, VerdictDocument[]>();
  for (const verdict of verdicts) {
    if (verdict.cause === null) continue;
    const names = verdict.culprits.length === 0 ? ['nobody'] : verdict.culprits.map(({ name }) => name);
    for (const name of names) lanes.set(name, [...(lanes.get(name) ?? []), verdict]);
  }
  return [...lanes]
    .sort(([a], [b]) => (a === 'nobody' ? 1 : b === 'nobody' ? -1 : a < b ? -1 : 1))
    .slice(0, MOST_LANES)
    .map(([name, blamed]) => ({ name, blamed }));
}

function drawBlame(verdict: VerdictDocument, shareOf: (us: number) => number, y: number): string {
  const from = shareOf(verdict.entered_at_us);
  const look = verdict.outcome === 'failed' ? 'failed' : 'lagged';
  const title = `view ${verdict.view} ${verdict.outcome}: ${verdict.cause ?? ''}`;
  return drawBox({ from, to: from + 0.004, y: y + 2, height: LANE - 4, look, title });
}

/** One view: a lane per node from its entry to its leaving, with what happened on the way. */
export function drawView({ nodes, view }: ViewDocument): string {
  const shown = nodes.filter(({ is_entered }) => is_entered).slice(0, MOST_LANES);
  if (shown.length === 0) return NOTHING;
  const firstUs = Math.min(...shown.map(({ entered_at_us }) => entered_at_us));
  const ends = shown.map((node) => node.entered_at_us - firstUs + stayOf(node)).sort((a, b) => a - b);
  // Somebody who came back minutes later must not press the others together.
  const middle = ends[(ends.length - 1) >> 1]!;
  const spanUs = Math.max(1, ...ends.filter((end) => end <= 3 * middle));
  const content = shown.flatMap((node, i) => drawLane(node, i * LANE, firstUs, spanUs));
  return drawChart({
    name: `View ${view} node by node`,
    height: shown.length * LANE,
    content,
    gutter: shown.map(({ node }, i) => ({ y: i * LANE + 14, text: node })),
    ticks: ticksUpTo(spanUs, 6, showSpan),
  });
}

/** What the marks mean. */
export function viewLegend(): string {
  return legend(steps.map(({ look, name }) => [look, name]));
}

const steps = [
  { key: 'proposal_us', look: 'proposal', name: 'proposal' },
  { key: 'vote_us', look: 'vote', name: 'vote sent' },
  { key: 'certificate_us', look: 'decided', name: 'certificate' },
  { key: 'timeout_us', look: 'failed', name: 'timer expired' },
  { key: 'committed_us', look: 'commit', name: 'commit' },
] as const;

function drawLane(node: NodeView, y: number, firstUs: number, spanUs: number): string[] {
  const offset = node.entered_at_us - firstUs;
  const shareOf = (us: number): number => (offset + us) / spanUs;
  if (shareOf(0) > 1) return [];
  const left = node.left_us === null ? 'still in it' : `left by ${node.left_by ?? '?'}`;
  const stay = drawBox({
    from: shareOf(0),
    to: Math.min(1, shareOf(stayOf(node))),
    y: y + 4,
    height: LANE - 8,
    look: 'stay',
    title: `${node.node}: ${left}`,
  });
  const marks = steps.flatMap(({ key, look, name }) => {
    const at = node[key];
    if (at === null || shareOf(at) > 1) return [];
    return [drawMark(Math.max(0, shareOf(at)), y + LANE / 2, look, `${node.node}: ${name} +${showSpan(at)}`)];
  });
  return [stay, ...marks];
}

function stayOf({ left_us, timeout_us, timer_us }: NodeView): number {
  return left_us ?? timeout_us ?? timer_us ?? 0;
}

function legend(items: readonly (readonly [look: string, text: string])[]): string {
  return `<ul class="legend">${items.map(([look, text]) => `<li><i class="${look}"></i>${text}</li>`).join('')}</ul>`;
}
