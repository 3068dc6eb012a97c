/**
 * Pictures as inline SVG without a view box: across, everything is in percent of whatever width there
 * is, so that text keeps its size on a narrow page. Colours are classes of the page's style. Pure.
 */

/** Text made safe for markup. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A share of the width. */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}

/** A box; `from` and `to` are shares of the width. */
export interface Box {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly height: number;
  readonly look: string;
  /** Shown when it is pointed at. */
  readonly title?: string;
}

export function drawBox({ from, to, y, height, look, title }: Box): string {
  const place = `x="${percent(from)}" width="${percent(to - from)}" y="${round(y)}" height="${round(height)}"`;
  return title === undefined
    ? `<rect class="${look}" ${place}/>`
    : `<rect class="${look}" ${place}><title>${escapeText(title)}</title></rect>`;
}

/** A label in the gutter beside a picture. */
export interface GutterLabel {
  readonly y: number;
  readonly text: string;
}

/** A mark on the axis below; `at` is a share of the width. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** A picture with its gutter and axis. */
export function drawChart(chart: {
  readonly name: string;
  readonly height: number;
  readonly content: readonly string[];
  readonly gutter: readonly GutterLabel[];
  readonly ticks: readonly Tick[];
}): string {
  const { height } = chart;
  const labels = chart.gutter.map(
    ({ y, text }) => `<text x="102" y="${round(y)}" text-anchor="end">${escapeText(text)}</text>`,
  );
  const marks = chart.ticks.map(({ at, text }) => {
    const anchor = at < 0.05 ? 'start' : at > 0.95 ? 'end' : 'middle';
    const line = `<line class="axis" x1="${percent(at)}" x2="${percent(at)}" y1="${height}" y2="${height + 4}"/>`;
    return `${line}<text x="${percent(at)}" y="${height + 16}" text-anchor="${anchor}">${escapeText(text)}</text>`;
  });
  const base = `<line class="axis" x1="0" x2="100%" y1="${height}" y2="${height}"/>`;
  return [
    '<div class="chart">',
    `<svg class="gutter" width="110" height="${height + 20}" aria-hidden="true">${labels.join('')}</svg>`,
    `<svg class="plot" height="${height + 20}" role="img" aria-label="${escapeText(chart.name)}">`,
    ...chart.content,
    base,
    ...marks,
    '</svg></div>',
  ].join('\n');
}

/** About `count` marks at round values over [from, to]. */
export function ticksOver(from: number, to: number, count: number, show: (value: number) => string): Tick[] {
  const span = to - from;
  if (span <= 0) return [{ at: 0, text: show(from) }];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step); at * step <= to + step * 1e-9; at++)
    ticks.push({ at: (at * step - from) / span, text: show(at * step) });
  return ticks;
}

/** Microseconds in the unit that reads best. */
export function showUs(us: number): string {
  if (us === 0) return '0';
  if (us < 1_000) return `${round(us)} us`;
  if (us < 1_000_000) return `${round(us / 1_000)} ms`;
  if (us < 600_000_000) return `${round(us / 1_000_000)} s`;
  return us < 36_000_000_000 ? `${round(us / 60_000_000)} min` : `${round(us / 3_600_000_000)} h`;
}

export function showCount(count: number): string {
  return count.toLocaleString('en-US');
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
