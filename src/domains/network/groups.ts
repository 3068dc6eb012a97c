/**
 * Who reaches whom: the number of groups into which recent deliveries connect a set of nodes. A sender
 * that is not of the set still connects those who hear it, since leaders talk to all and replicas
 * mostly to leaders. Deliveries count in both directions: one way heard is connected.
 */

/** A node of the set and whom it heard lately, by the same names. */
export interface Listener {
  readonly name: string;
  readonly heard: readonly string[];
}

/** How many connected groups hold a node of `listeners`; 1 means that all reach each other. */
export function connectedGroups(listeners: readonly Listener[]): number {
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    parent.set(name, root);
    return root;
  };
  for (const { name, heard } of listeners)
    for (const sender of heard) parent.set(rootOf(sender), rootOf(name));
  return new Set(listeners.map(({ name }) => rootOf(name))).size;
}
