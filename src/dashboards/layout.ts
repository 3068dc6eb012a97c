/**
 * Where panels stand: rows below each other, panels from left to right, a new line where 24 columns are full. Ids count
 * from 1 in reading order, so that a link to a panel stays good while nothing before it changes.
 */
import type { PanelSpec, RowSpec } from './panel.js';

/** A panel with its place; `refId`s are the renderer's. */
export interface PlacedPanel {
  readonly panel: PanelSpec;
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A row with its place and its panels. */
export interface PlacedRow {
  readonly row: RowSpec;
  readonly id: number;
  readonly y: number;
  readonly panels: readonly PlacedPanel[];
}

const COLUMNS = 24;
const WIDTHS = { number: 4, gauge: 4 } as Readonly<Record<string, number>>;
const HEIGHTS = { number: 4, gauge: 4 } as Readonly<Record<string, number>>;

/** Rows and panels, placed. */
export function placed(rows: readonly RowSpec[]): PlacedRow[] {
  let y = 0;
  let id = 0;
  return rows.map((row) => {
    const at = { id: ++id, y };
    y += 1;
    const { panels, bottom } = placeRow(row.panels, y, () => ++id);
    // A folded row takes one line; Grafana moves what is below when it opens.
    if (row.isCollapsed !== true) y = bottom;
    return { row, ...at, panels };
  });
}

function placeRow(
  panels: readonly PanelSpec[],
  top: number,
  nextId: () => number,
): { readonly panels: readonly PlacedPanel[]; readonly bottom: number } {
  let x = 0;
  let y = top;
  let bottom = top;
  const list = panels.map((panel) => {
    const w = panel.width ?? WIDTHS[panel.kind] ?? 8;
    const h = panel.height ?? HEIGHTS[panel.kind] ?? 7;
    if (panel.at === undefined && x + w > COLUMNS) {
      x = 0;
      y = bottom;
    }
    const place = panel.at === undefined ? { x, y } : { x: panel.at.x, y: top + panel.at.y };
    x = place.x + w;
    bottom = Math.max(bottom, place.y + h);
    return { panel, id: nextId(), ...place, w, h };
  });
  return { panels: list, bottom };
}
