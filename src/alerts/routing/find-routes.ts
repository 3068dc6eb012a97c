/**
 * Which routes take an alert, and into which group it goes there. Pure; the deepest match wins, siblings are tried until
 * one that matches does not say `continue`.
 */
import { quote } from '../../promql/quoting.js';
import type { AlertTexts } from '../alert.js';
import { passes } from './matcher-text.js';
import type { Route } from './routing.js';

/** The routes that take an alert with these labels; at least one. */
export function findRoutes(root: Route, labels: AlertTexts): readonly Route[] {
  return find(root, labels);
}

function find(route: Route, labels: AlertTexts): Route[] {
  if (!passes(labels, route.matchers)) return [];
  const found: Route[] = [];
  for (const child of route.routes) {
    const within = find(child, labels);
    found.push(...within);
    if (within.length > 0 && !child.continues) break;
  }
  return found.length > 0 ? found : [route];
}

/** The labels that the group of an alert shares. */
export function groupLabelsOf(route: Route, labels: AlertTexts): AlertTexts {
  if (route.groupBy === 'all') return labels;
  return Object.fromEntries(
    route.groupBy.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const])),
  );
}

/** The key of a group, in Alertmanager's form. */
export function groupKeyOf(route: Route, labels: AlertTexts): string {
  const text = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${quote(labels[name] ?? '')}`)
    .join(', ');
  return `${route.key}:{${text}}`;
}
