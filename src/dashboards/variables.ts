/**
 * What an operator chooses at the top of a dashboard: where metrics and traces come from, the chain, nodes, sidecars.
 * Names are those of the labels, because alerts link to dashboards with them.
 */
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { VariableName } from './panel.js';

/** Where every panel asks. */
export const SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

type Builder = DatasourceVariableBuilder | QueryVariableBuilder;

/** The variables of a dashboard; `named` replaces the prefix of metrics. */
export function variables(names: readonly VariableName[], named: (text: string) => string): Builder[] {
  const chosen = names.map((name) => {
    const { label, title, metric, isMany } = QUERIES[name];
    const builder = new QueryVariableBuilder(label)
      .label(title)
      .datasource(SOURCE)
      .query(`label_values(${named(metric)}, ${label})`)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(isMany)
      .includeAll(isMany);
    // A matcher that takes everything keeps what says no node at all, and urls short.
    return isMany
      ? builder.allValue('.*').current({ text: 'All', value: '$__all', selected: true })
      : builder;
  });
  return [
    new DatasourceVariableBuilder('datasource').label('Metrics').type('prometheus'),
    new DatasourceVariableBuilder('jaeger').label('Traces').type('jaeger'),
    ...chosen,
  ];
}

interface ChoiceOf {
  readonly label: string;
  readonly title: string;
  readonly metric: string;
  readonly isMany: boolean;
}

const VIEW = 'hotstuff_consensus_current_view';
const QUERIES: Readonly<Record<VariableName, ChoiceOf>> = {
  chain: { label: 'chain_id', title: 'Chain', metric: VIEW, isMany: false },
  chains: { label: 'chain_id', title: 'Chain', metric: VIEW, isMany: true },
  node: { label: 'node_id', title: 'Node', metric: `${VIEW}{chain_id=~"$chain_id"}`, isMany: true },
  instance: { label: 'instance', title: 'Sidecar', metric: 'quorumscope_series', isMany: true },
};
