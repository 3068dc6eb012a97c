/** The five figures of a report, each from its material to one picture. Pure. */
import { Activity, type FaultSpan, type RunPictures } from './pictures.js';
import { drawBox, drawChart, escapeText, showCount, showUs, ticksOver, type GutterLabel } from './charts.js';
import { Conduct, conducts, type ViewRibbon } from './view-ribbon.js';

const LOOKS = ['committed', 'lost', 'late', 'silent', 'failed'] as const;
const NOTHING = '<p class="quiet">Nothing to show.</p>';

/** One lane per validator (or group of them), one column per view (or some views). */
export function drawRibbon(ribbon: ViewRibbon): string {
  const { used, views } = ribbon.columns;
  if (used === 0) return NOTHING;
  const laneHeight = Math.max(9, Math.min(22, 260 / ribbon.lanes));
  const content: string[] = [];
  const gutter: GutterLabel[] = [];
  for (let lane = 0; lane < ribbon.lanes; lane++) {
    const [first, last] = ribbon.validatorsOf(lane);
    const name = first === last ? `validator-${first}` : `${first} to ${last}`;
    gutter.push({ y: (lane + 0.5) * laneHeight + 4, text: laneHeight >= 12 || lane % 2 === 0 ? name : '' });
    content.push(...drawLane(ribbon, lane, name, laneHeight));
  }
  const lastView = used * views;
  return drawChart({
    name: 'What each validator did in each view',
    height: ribbon.lanes * laneHeight,
    content,
    gutter,
    ticks: ticksOver(0, lastView, 8, (view) => `view ${showCount(Math.max(1, view))}`),
  });
}

function drawLane(ribbon: ViewRibbon, lane: number, name: string, height: number): string[] {
  const { used, views } = ribbon.columns;
  const drawn: string[] = [];
  let from = 0;
  for (let column = 1; column <= used; column++) {
    if (column < used && sameCell(ribbon, lane, from, column)) continue;
    const firstView = from * views + 1;
    const lastView = column * views;
    const range = firstView === lastView ? `view ${firstView}` : `views ${firstView} to ${lastView}`;
    drawn.push(drawCell(ribbon, lane, { from, to: column, title: `${name}, ${range}`, height }));
    from = column;
  }
  return drawn;
}

function sameCell(ribbon: ViewRibbon, lane: number, a: number, b: number): boolean {
  return LOOKS.every((_, conduct) => ribbon.count(lane, a, conduct) === ribbon.count(lane, b, conduct));
}

/** A cell is divided from top to bottom in the proportion of what happened in it. */
function drawCell(
  ribbon: ViewRibbon,
  lane: number,
  cell: { readonly from: number; readonly to: number; readonly title: string; readonly height: number },
): string {
  const { used } = ribbon.columns;
  const counts = LOOKS.map((_, conduct) => ribbon.count(lane, cell.from, conduct));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const inner = cell.height - 2;
  let y = lane * cell.height + 1;
  const boxes = counts.flatMap((count, conduct) => {
    if (count === 0) return [];
    const height = (inner * count) / total;
    const look = LOOKS[conduct] ?? 'lost';
    const box = drawBox({ from: cell.from / used, to: cell.to / used, y, height, look });
    y += height;
    return [box];
  });
  const said = counts.flatMap((count, conduct) => (count > 0 ? [`${count} ${conducts[conduct]}`] : []));
  const text = total === 1 ? said.map((one) => one.slice(2)) : said;
  return boxes.length === 0
    ? ''
    : `<g><title>${escapeText(`${cell.title}: ${text.join(', ')}`)}</title>${boxes.join('')}</g>`;
}

/** What the colours of the ribbon mean. */
export function ribbonLegend(): string {
  const order = [Conduct.committed, Conduct.lost, Conduct.late, Conduct.silent, Conduct.failedLeader];
  const items = order.map((conduct) => `<li><i class="${LOOKS[conduct]}"></i>${conducts[conduct]}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** Faults above, what became of the chain below, on one axis of time. */
export function drawTimeline(pictures: RunPictures, virtualUs: number): string {
  const { activity } = pictures;
  if (virtualUs <= 0) return NOTHING;
  const names = [...new Set(pictures.faults.map(({ validator }) => validator))].slice(0, 40);
  const laneHeight = 20;
  const content: string[] = [];
  const gutter: GutterLabel[] = names.map((name, lane) => ({ y: lane * laneHeight + 14, text: name }));
  names.forEach((name, lane) => {
    const spans = pictures.faults.filter(({ validator }) => validator === name);
    content.push(...spans.map((span) => drawSpan(span, lane * laneHeight, virtualUs)));
  });
  const top = names.length * laneHeight + 8;
  const barHeight = 48;
  const rows = [
    [Activity.committed, 'committed', 'commits'],
    [Activity.timedOut, 'failed', 'timeouts'],
  ] as const;
  rows.forEach(([counter, look, what], row) => {
    const bottom = top + (row + 1) * (barHeight + 6);
    gutter.push({ y: bottom - barHeight / 2 + 4, text: what });
    let most = 1;
    for (let bucket = 0; bucket < activity.used; bucket++)
      most = Math.max(most, activity.count(bucket, counter));
    for (let bucket = 0; bucket < activity.used; bucket++) {
      const count = activity.count(bucket, counter);
      if (count === 0) continue;
      const fromUs = bucket * activity.width;
      const toUs = Math.min(fromUs + activity.width, virtualUs);
      const height = Math.max(1, (barHeight * count) / most);
      const title = `${showUs(fromUs)} to ${showUs(toUs)}: ${showCount(count)} ${what}`;
      content.push(
        drawBox({ from: fromUs / virtualUs, to: toUs / virtualUs, y: bottom - height, height, look, title }),
      );
    }
  });
  const height = top + rows.length * (barHeight + 6);
  const ticks = ticksOver(0, virtualUs, 8, showUs);
  return drawChart({ name: 'Faults and their effect over time', height, content, gutter, ticks });
}

function drawSpan({ fault, validator, fromUs, toUs }: FaultSpan, y: number, virtualUs: number): string {
  const to = toUs ?? virtualUs;
  const title = `${validator}: ${fault} from ${showUs(fromUs)} to ${showUs(to)}`;
  const from = fromUs / virtualUs;
  const box = drawBox({
    from,
    to: to / virtualUs,
    y: y + 2,
    height: 16,
    look: `fault fault-${fault}`,
    title,
  });
  const x = `${(Math.min(from, 0.9) * 100).toFixed(3)}%`;
  return `${box}<text class="on" x="${x}" dx="4" y="${y + 14}">${escapeText(fault)}</text>`;
}

const BARS = 60;

/** A distribution of durations, on a logarithmic axis where it spreads over more than a factor of 20. */
export function drawDistribution(name: string, entries: readonly (readonly [number, number])[]): string {
  const lowest = entries[0]?.[0];
  const highest = entries[entries.length - 1]?.[0];
  if (lowest === undefined || highest === undefined) return NOTHING;
  const logarithmic = highest > 20 * Math.max(1, lowest);
  const scale = (us: number): number => (logarithmic ? Math.log10(Math.max(1, us)) : us);
  // A single value stands in the middle of an axis rather than at its edge.
  const pad = lowest === highest ? Math.max(1, lowest * 0.1) : 0;
  const from = scale(lowest - pad);
  const span = scale(highest + pad) - from;
  const bars = new Float64Array(BARS);
  for (const [us, count] of entries) {
    const bar = Math.min(BARS - 1, Math.floor(((scale(us) - from) / span) * BARS));
    bars[bar] = (bars[bar] ?? 0) + count;
  }
  const most = bars.reduce((max, count) => Math.max(max, count), 1);
  const height = 110;
  const value = (share: number): number => (logarithmic ? 10 ** (from + share * span) : from + share * span);
  const content = [...bars].flatMap((count, bar) => {
    if (count === 0) return [];
    const tall = Math.max(1, (count / most) * (height - 4));
    const title = `${showUs(value(bar / BARS))} to ${showUs(value((bar + 1) / BARS))}: ${showCount(count)}`;
    const place = { from: bar / BARS, to: (bar + 0.9) / BARS, y: height - tall, height: tall };
    return [drawBox({ ...place, look: 'bar', title })];
  });
  const ticks = logarithmic
    ? [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: showUs(Number(value(at).toPrecision(2))) }))
    : ticksOver(from, from + span, 6, showUs);
  return drawChart({ name, height, content, gutter: [{ y: 14, text: showCount(most) }], ticks });
}

/** Messages sent, by type. */
export function drawMessages(byType: Readonly<Record<string, number>>): string {
  const types = Object.entries(byType).sort(([, a], [, b]) => b - a);
  const most = types[0]?.[1];
  if (most === undefined) return NOTHING;
  const row = 24;
  const content = types.map(([name, count], index) => {
    const title = `${name}: ${showCount(count)}`;
    const to = (count / most) * 0.85;
    const box = drawBox({ from: 0, to, y: index * row + 3, height: row - 8, look: 'bar', title });
    const x = `${(to * 100).toFixed(3)}%`;
    return `${box}<text x="${x}" dx="6" y="${index * row + 15}">${showCount(count)}</text>`;
  });
  const gutter = types.map(([name], index) => ({ y: index * row + 15, text: name }));
  return drawChart({ name: 'Messages by type', height: types.length * row, content, gutter, ticks: [] });
}
