/**
 * The custom domain: metrics that nodes declare themselves. It has no catalogue of its own; what a name
 * means is fixed by its first declaration, once for all chains, so that each registry makes its own.
 */
import { perNode, type Domain } from '../domain.js';
import { CustomNames } from './names.js';
import { observeCustom } from './observer.js';

/** @param isOurs whether a full metric name belongs to the sidecar or one of its domains */
export function customDomain(isOurs: (name: string) => boolean): Domain {
  const names = new CustomNames(isOurs);
  return perNode('custom', 'metric', {}, (scope) => observeCustom(scope, names));
}
