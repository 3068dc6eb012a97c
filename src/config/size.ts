/**
 * Sizes: a whole number of bytes, or a number with a unit: `2GiB` is 2 x 1024^3, `2GB` is 2 x 1000^3. The units
 * say what they mean; nothing is guessed.
 */

const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Bytes, or undefined when `text` is not a size in whole bytes that a number holds exactly. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]i?B|B)?$/.exec(text);
  if (!match) return undefined;
  const bytes = Number(match[1]) * units[match[2] ?? 'B']!;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The text with the largest binary unit that loses nothing. */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const unitBytes = units[unit]!;
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return `${bytes}B`;
}
