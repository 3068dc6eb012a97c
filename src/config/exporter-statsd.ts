/** Settings of exporters to StatsD and DogStatsD daemons. */
import { commonOf, commonRules, commonSettings } from './exporter-settings.js';
import { kindOf } from './kinds.js';
import { daemon, listen, whole } from './setting.js';

const settings = {
  datagram_size: whole(
    { min: 256, max: 65_000 },
    {
      doc: 'Most bytes of a datagram: 1432 fits an Ethernet frame, 8192 is good on loopback.',
      fallback: 1_432,
    },
  ),
  ...commonSettings,
} as const;

/** StatsD has no labels: their values are appended to names. */
export const statsd = kindOf({
  doc: 'A StatsD daemon. It has no labels: their values are appended to the name.',
  settings: {
    address: listen({ doc: 'Where the daemon listens, over UDP.', fallback: '127.0.0.1:8125' }),
    ...settings,
  },
  rules: (values) => commonRules(values),
  build: (values) => ({ ...commonOf(values), address: values.address, datagramBytes: values.datagram_size }),
});

/** DogStatsD has tags. */
export const dogstatsd = kindOf({
  doc: 'A DogStatsD daemon, such as the Datadog agent: labels are tags.',
  settings: {
    address: daemon({
      doc: 'Where the daemon listens: `host:port` over UDP, or `unixstream:///path` for a Unix stream socket (`dogstatsd_stream_socket` of the Datadog agent, whose packets have at most 8192 bytes).',
      fallback: '127.0.0.1:8125',
    }),
    ...settings,
  },
  rules: (values) => commonRules(values),
  build: (values) => ({ ...commonOf(values), address: values.address, datagramBytes: values.datagram_size }),
});
