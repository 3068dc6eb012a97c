/**
 * Fills the ports of health: board, thresholds of the configuration, verdicts in words. Exports the thresholds, whether or
 * not health is judged. Part of the composition.
 */
import type { Config } from './config/sections.js';
import { healthMetrics } from './health/catalogue.js';
import { HealthChecker } from './health/health-checker.js';
import { components, type Component, type HealthReport } from './health/health-report.js';
import type { Board } from './metrics/board.js';
import type { Handlers } from './server/handlers.js';
import type { ConsensusReader } from './views/consensus-reader.js';

/** What it is made of. */
export interface HealthOptions {
  readonly config: Pick<Config, 'health' | 'alerts'>;
  readonly board: Board;
  readonly consensus: ConsensusReader;
}

/** Health as the configuration asks for it; undefined where it does not. */
export function healthOf({ config, board, consensus }: HealthOptions): HealthChecker | undefined {
  exportThresholds(config.alerts.thresholds, board);
  const { enabled, windowUs, settleUs } = config.health;
  if (!enabled) return undefined;
  return new HealthChecker({
    board,
    thresholds: config.alerts.thresholds,
    windowUs,
    settleUs,
    latestTrouble: (chain, cause) => latestTrouble(consensus, chain, cause),
  });
}

function exportThresholds(thresholds: Config['alerts']['thresholds'], board: Board): void {
  const family = board.gauge(healthMetrics.threshold);
  for (const [name, value] of Object.entries(thresholds)) if (value !== null) family.at(name).set(value);
}

/** `The newest is view 411: leader_silent, because of validator-3.` */
function latestTrouble(consensus: ConsensusReader, chain: string, cause?: string): string | undefined {
  const verdict = ['failed', 'lagged']
    .flatMap((outcome) => consensus.verdicts(questionOf(chain, outcome, cause)))
    .flatMap((answer) => ('document' in answer ? answer.document.verdicts : []))
    .sort((a, b) => b.view - a.view)[0];
  if (verdict === undefined) return undefined;
  const names = verdict.culprits.map(({ name }) => name).join(', ');
  return `The newest is view ${verdict.view}: ${verdict.cause}${names === '' ? '' : `, because of ${names}`}.`;
}

function questionOf(chain: string, outcome: string, cause?: string): [string, string][] {
  const usual: [string, string][] = [
    ['chain', chain],
    ['outcome', outcome],
    ['limit', '1'],
  ];
  return cause === undefined ? usual : [...usual, ['cause', cause]];
}

/** Whether the heartbeat may go on: silence is what tells whoever listens that something is badly wrong. */
export function isUsable(report: HealthReport | undefined): boolean {
  return report === undefined || (report.state !== 'critical' && report.state !== 'failing');
}

/** Health for HTTP. */
export function healthHandlers(report: () => HealthReport): Pick<Handlers, 'health'> {
  const isComponent = (name: string): name is Component => components.some((one) => one === name);
  return {
    health: {
      report,
      component: (name) => (isComponent(name) ? report().components[name] : undefined),
      components: () => components,
    },
  };
}
