/**
 * Where the files are that are shipped in `alerts`: beside `src`, and beside `dist`. Rules and inhibitions are read from
 * there at run time, so that what the sidecar does and what a Prometheus and an Alertmanager do with the same files
 * is one thing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACES = ['../alerts', '../../alerts'].map((path) => join(import.meta.dirname, path));

/** The folder; undefined where a bundle left it out. */
export function shippedAlerts(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/** The text of the example for Alertmanager; undefined where it was left out. */
export function shippedRouting(): string | undefined {
  const folder = shippedAlerts();
  return folder === undefined ? undefined : readFileSync(join(folder, 'alertmanager.yml'), 'utf8');
}
