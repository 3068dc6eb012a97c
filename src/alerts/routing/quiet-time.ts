/** Whether a route tells nobody at some time, and why in words. Pure. */
import type { Route, Routing } from './routing.js';
import { isWithin } from './time-interval.js';

/** Undefined when the route is open. */
export function quietTime(
  { times }: Pick<Routing, 'times'>,
  { muteTimes, activeTimes }: Route,
  nowUs: number,
): string | undefined {
  const isIn = (name: string): boolean => isWithin(times.get(name) ?? [], nowUs);
  const muted = muteTimes.find(isIn);
  if (muted !== undefined) return `the route is mute in ${muted}`;
  if (activeTimes.length === 0 || activeTimes.some(isIn)) return undefined;
  return `the route is only active in ${activeTimes.join(', ')}`;
}
