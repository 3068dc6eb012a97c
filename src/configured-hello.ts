/** The `hello` of the configuration, for producers that are log pipelines and state none. */
import type { Clock } from './base/clock.js';
import type { Config } from './config/sections.js';
import type { HelloEvent } from './events/vocabulary.js';

/** The `hello` that the configuration says for producers that cannot. */
export function configuredHello({ chain }: Config, clock: Clock): HelloEvent | undefined {
  if (!chain.hello) return undefined;
  const { chain: name, node, protocol, viewTimeoutUs } = chain.hello;
  return {
    type: 'hello',
    node,
    ts_us: clock.nowUs(),
    chain: name,
    run: 'configured',
    protocol,
    ...(viewTimeoutUs === null ? {} : { view_timeout_us: viewTimeoutUs }),
  };
}
