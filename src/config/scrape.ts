/** Nodes whose own metrics page is scraped, by name. */
import { authOf, authRules, authSettings } from './exporter-settings.js';
import { kindOf, named } from './kinds.js';
import { duration, nullable, required, size, text, url } from './setting.js';

const path = { pattern: /^[^\0]+$/, expected: 'a name or a path' };
const name = { pattern: /^[^\s\p{Cc}]{1,256}$/u, expected: 'a name without spaces, at most 256 characters' };

const prometheus = kindOf({
  doc: 'A page in Prometheus text or OpenMetrics.',
  settings: {
    url: required(
      url({ doc: 'The whole address, such as `http://127.0.0.1:9101/metrics`.', fallback: null }),
    ),
    mapping: required(
      text(path, {
        doc: 'What its names mean: `aptos`, `cometbft`, `hotshot`, or the path of a file (docs/DOORS.md).',
        fallback: null,
      }),
    ),
    node: required(text(name, { doc: 'Whose page it is: the label `node_id`.', fallback: null })),
    chain: nullable(text(name, { doc: 'The label `chain_id`; null takes `chain.id`.', fallback: null })),
    interval: duration({ min: '100ms', max: '1h' }, { doc: 'How often.', fallback: '5s' }),
    timeout: duration(
      { min: '10ms', max: '5m' },
      { doc: 'The longest that one scrape may take, the whole page included.', fallback: '4s' },
    ),
    max_size: size({ min: '1KiB' }, { doc: 'A larger page is given up.', fallback: '8MiB' }),
    ...authSettings,
  },
  rules: (values) => {
    const { interval, timeout } = values;
    const late =
      typeof interval === 'number' && typeof timeout === 'number' && timeout > interval
        ? [{ key: 'timeout' as const, message: 'It is longer than the interval: set one of them.' }]
        : [];
    return [...authRules(values), ...late];
  },
  build: (values) => ({
    ...authOf(values),
    url: values.url,
    mapping: values.mapping,
    node: values.node,
    chain: values.chain,
    intervalUs: values.interval,
    timeoutUs: values.timeout,
    maxBytes: values.max_size,
  }),
});

export const scrape = named(
  { prometheus },
  {
    doc: "Metrics pages of nodes that are scraped, by name: a node's own numbers under names that all kinds of nodes share.",
  },
);
