/**
 * What Grafana puts in the place of its variables, for whoever must read or ask a panel's question without Grafana: checks
 * of custom queries, tests.
 */

/** What was chosen; everything, and windows of five minutes, by default. */
export interface Choices {
  readonly chain?: string;
  readonly node?: string;
  readonly instance?: string;
  /** PromQL durations. */
  readonly rateInterval?: string;
  readonly range?: string;
}

/** The question as it is asked. */
export function withChoices(expr: string, choices: Choices = {}): string {
  const { chain = '.*', node = '.*', instance = '.*', rateInterval = '5m', range = '1h' } = choices;
  const values: Readonly<Record<string, string>> = {
    chain_id: chain,
    node_id: node,
    instance,
    __rate_interval: rateInterval,
    __interval: rateInterval,
    __range: range,
  };
  return expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (text, braced?: string, bare?: string) => {
    return values[braced ?? bare ?? ''] ?? text;
  });
}
