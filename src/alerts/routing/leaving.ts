/**
 * What was told on ways that there are no more: after other routes were read, or a start with other routes, somebody knows
 * of alerts by a group that nobody makes any more. Such groups are leaving: they take no new alerts, tell the ends that are
 * owed, under the key by which the receiver knows the group, and are gone with the last one. Who is told of an alert in a
 * leaving group is not told of its beginning again in the new one.
 */
import { quote } from '../../promql/quoting.js';
import { findRoutes } from './find-routes.js';
import { newGroup, type Group, type Outlet } from './group.js';
import type { Ledger } from './ledger.js';
import type { Route } from './routing.js';

/** The leaving groups, and what nobody can be told any more because the receiver is gone. */
export interface Leaving {
  readonly groups: ReadonlyMap<string, Group>;
  /** Keys of lanes, as the ledger has them. */
  readonly lost: readonly string[];
}

/**
 * @param isLive whether a lane belongs to a group that alerts are put into
 * @param outlets all ways out that there are, by id
 */
export function findLeaving(
  ledger: Ledger,
  root: Route,
  isLive: (key: string) => boolean,
  outlets: ReadonlyMap<string, Outlet>,
): Leaving {
  const byGroup = new Map<string, { outlets: Outlet[]; ids: Set<string> }>();
  const lost: string[] = [];
  for (const key of new Set([...ledger.told.keys(), ...ledger.telling.keys()])) {
    if (isLive(key)) continue;
    const ids = knownTo(ledger, key).filter((id) => ledger.alerts.has(id));
    // What is remembered for a cooldown alone is still good when the group comes back.
    if (ids.length === 0) continue;
    const outlet = outletOf(key, outlets);
    if (outlet === undefined) {
      lost.push(key);
      continue;
    }
    const groupKey = key.slice(0, -outlet.id.length - 1);
    const group = byGroup.get(groupKey) ?? { outlets: [], ids: new Set<string>() };
    byGroup.set(groupKey, group);
    group.outlets.push(outlet);
    for (const id of ids) group.ids.add(id);
  }
  const groups = new Map<string, Group>();
  for (const [key, { outlets: ways, ids }] of byGroup) {
    const [first] = ids;
    const labels = ledger.alerts.get(first!)!.alert.labels;
    const group = newGroup(key, findRoutes(root, labels)[0]!, labelsIn(key, labels), ways);
    for (const id of ids) group.ids.add(id);
    groups.set(key, group);
  }
  return { groups, lost };
}

/** Ids of alerts that a lane was told, or may have been told, that they fire. */
export function knownTo({ told, telling }: Ledger, key: string): readonly string[] {
  return [...new Set([...Object.keys(told.get(key)?.firing ?? {}), ...(telling.get(key) ?? [])])];
}

/** The key of a lane ends with the id of its outlet. Names of receivers may have spaces: the longest that fits is meant. */
function outletOf(key: string, outlets: ReadonlyMap<string, Outlet>): Outlet | undefined {
  let found: Outlet | undefined;
  for (const [id, outlet] of outlets)
    if (key.endsWith(` ${id}`) && id.length > (found?.id.length ?? 0)) found = outlet;
  return found;
}

/** The labels that the group was made of, as its key names them and its alerts have them. */
function labelsIn(key: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  const listed = key.slice(key.lastIndexOf(':{') + 1);
  return Object.fromEntries(
    Object.entries(labels).filter(([name, value]) => {
      const text = `${name}=${quote(value)}`;
      return listed.includes(`{${text}`) || listed.includes(` ${text}`);
    }),
  );
}
