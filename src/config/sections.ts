/**
 * Every section and every setting there is, by path. A path is what an operator writes: `metrics.window`. Adding a
 * section means one file and one line here.
 */
import { alerts } from './alerts.js';
import { attach } from './attach.js';
import { chain } from './chain.js';
import { exporters } from './exporters.js';
import { dashboards } from './dashboards.js';
import { data } from './data.js';
import { evidence } from './evidence.js';
import { general } from './general.js';
import { health } from './health.js';
import { history } from './history.js';
import { hooks } from './hooks.js';
import { incidents } from './incidents.js';
import { intake } from './intake.js';
import { log } from './log.js';
import { metrics } from './metrics.js';
import { notify } from './notify.js';
import { prometheus } from './prometheus.js';
import { query } from './query.js';
import { rules } from './rules.js';
import type { Built, Section } from './section.js';
import { server } from './server.js';
import type { Setting } from './setting.js';
import { tracing } from './tracing.js';

/** Sections in the order of the docs; `general` is the top of the file. */
export const sections = {
  general,
  chain,
  attach,
  intake,
  metrics,
  hooks,
  prometheus,
  exporters,
  history,
  query,
  rules,
  tracing,
  notify,
  health,
  alerts,
  dashboards,
  server,
  data,
  evidence,
  incidents,
  log,
} as const;

type Sections = typeof sections;

/** The whole configuration: frozen, complete, valid. Times in microseconds, sizes in bytes. */
export type Config = Built<Sections['general']> & {
  readonly [K in Exclude<keyof Sections, 'general'>]: Built<Sections[K]>;
};

/** The same, for loops that do not care which section it is. */
export const sectionList = Object.values(sections) as unknown as readonly Section[];

/** Path of a key in a section. */
export function pathOf(section: Pick<Section, 'name'>, key: string): string {
  if (key === '') return section.name;
  return section.name === '' ? key : `${section.name}.${key}`;
}

/** `metrics.window` -> `QUORUMSCOPE_METRICS_WINDOW`. */
export function variableOf(path: string): string {
  return `QUORUMSCOPE_${path.replaceAll('.', '_').toUpperCase()}`;
}

/** Every setting by path. */
export const settingByPath: ReadonlyMap<string, Setting> = new Map(
  sectionList.flatMap((section) =>
    Object.entries(section.settings).map(([key, setting]) => [pathOf(section, key), setting] as const),
  ),
);
