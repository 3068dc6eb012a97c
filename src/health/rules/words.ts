/** Numbers as sentences have them. */

/** `0.934` -> `93 %`. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(2))} %`;
}

/** Seconds: `0.0123` -> `12 ms`, `75` -> `1 min 15 s`. */
export function span(inSeconds: number): string {
  if (inSeconds < 1) return `${Number((inSeconds * 1000).toPrecision(2))} ms`;
  if (inSeconds < 60) return `${Number(inSeconds.toPrecision(2))} s`;
  const whole = Math.round(inSeconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** Two or three digits: `12.345` -> `12.3`. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
