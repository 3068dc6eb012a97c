/** Plain tables for terminals and pipes: columns by their widest cell, numbers to the right, no lines. */

/** A cell; a number stands at the right of its column. */
export type Cell = string | number;

/** @returns lines without a trailing newline; cells that nobody knows are `-` */
export function renderTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(showCell));
  const widths = header.map((title, i) => Math.max(title.length, ...texts.map((row) => row[i]!.length)));
  const isNumeric = header.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(header.map((title) => title.toUpperCase())), ...texts.map(line)].join('\n');
}

function showCell(cell: Cell): string {
  if (typeof cell === 'string') return cell === '' ? '-' : cell;
  if (Number.isNaN(cell)) return '-';
  return Number.isInteger(cell) ? cell.toLocaleString('en-US') : String(cell);
}
