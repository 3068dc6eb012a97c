/**
 * Pictures as inline SVG without a view box: across, everything is in percent of whatever width there is, so that text
 * keeps its size on a narrow page. Colours are classes of the page's style. Pure.
 */
import { escapeXml } from './junit.js';

/** A box; `from` and `to` are shares of the width. */
export interface Box {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly height: number;
  readonly look: string;
  /** Shown when it is pointed at. */
  readonly title: string;
}

/** A box at least so wide that it can be seen. */
export function drawBox({ from, to, y, height, look, title }: Box): string {
  const width = Math.max(to - from, 0.0015);
  const place = `x="${percent(from)}" width="${percent(width)}" y="${y}" height="${height}"`;
  return `<rect class="${look}" ${place}><title>${escapeXml(title)}</title></rect>`;
}

/** A mark at one moment: a dot of fixed size. */
export function drawMark(at: number, y: number, look: string, title: string): string {
  const dot = `<circle class="mark ${look}" cx="${percent(at)}" cy="${y}" r="5">`;
  return `${dot}<title>${escapeXml(title)}</title></circle>`;
}

/** A picture with names at its left and an axis below. */
export function drawChart(chart: {
  readonly name: string;
  readonly height: number;
  readonly content: readonly string[];
  readonly gutter: readonly { readonly y: number; readonly text: string }[];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}): string {
  const { height, name } = chart;
  const labels = chart.gutter.map(
    ({ y, text }) => `<text x="122" y="${y}" text-anchor="end">${escapeXml(cut(text))}</text>`,
  );
  const marks = chart.ticks.map(({ at, text }) => {
    const anchor = at < 0.05 ? 'start' : at > 0.95 ? 'end' : 'middle';
    const line = `<line class="axis" x1="${percent(at)}" x2="${percent(at)}" y1="${height}" y2="${height + 4}"/>`;
    return `${line}<text x="${percent(at)}" y="${height + 17}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
  });
  return [
    '<div class="chart">',
    `<svg class="gutter" width="130" height="${height + 22}" aria-hidden="true">${labels.join('')}</svg>`,
    `<svg class="plot" height="${height + 22}" role="img" aria-label="${escapeXml(name)}">`,
    ...chart.content,
    `<line class="axis" x1="0" x2="100%" y1="${height}" y2="${height}"/>`,
    ...marks,
    '</svg></div>',
  ].join('\n');
}

/** About `count` marks at round values over [0, to]. */
export function ticksUpTo(
  to: number,
  count: number,
  show: (value: number) => string,
): { readonly at: number; readonly text: string }[] {
  if (!(to > 0)) return [];
  const rough = to / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks = [];
  for (let i = 0; i * step <= to * 1.0001; i++) ticks.push({ at: (i * step) / to, text: show(i * step) });
  return ticks;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}

function cut(text: string): string {
  return text.length > 18 ? `${text.slice(0, 17)}…` : text;
}
