import { expect, it } from 'vitest';
import { contentTypeOf, negotiateFormat } from '../../../../src/export/prometheus/format.js';

it.each<[string, string | undefined, 'text' | 'openmetrics']>([
  ['no header', undefined, 'text'],
  ['anything', '*/*', 'text'],
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
  ['text asked for', 'text/plain', 'text'],
  ['OpenMetrics asked for', 'application/openmetrics-text', 'openmetrics'],
  ['OpenMetrics of our version', 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
  [
    'OpenMetrics of a version we do not write',
    'application/openmetrics-text;version=2.0.0,text/plain;q=0.5',
    'text',
  ],
  [
    'Prometheus 2.42',
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  [
    'Prometheus 3',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    'openmetrics',
  ],
  [
    'protobuf first, then OpenMetrics',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5',
    'openmetrics',
  ],
  [
    'protobuf first, then text',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,text/plain;version=0.0.4;q=0.5',
    'text',
  ],
  ['both alike', 'text/plain;q=0.7,application/openmetrics-text;q=0.7', 'openmetrics'],
  ['text preferred', 'text/plain,application/openmetrics-text;q=0.9', 'text'],
  ['text preferred by wildcard', 'application/openmetrics-text;q=0.5,*/*;q=0.8', 'text'],
  ['OpenMetrics declined', 'application/openmetrics-text;q=0,text/plain;q=0.1', 'text'],
  ['nonsense', ';;q=,,=;q=9', 'text'],
  ['a quality that is none', 'application/openmetrics-text;q=high', 'text'],
])('%s', (_, accept, format) => {
  expect(negotiateFormat(accept)).toBe(format);
});

it('names the content types as scrapers expect them', () => {
  expect(contentTypeOf('text')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(contentTypeOf('openmetrics')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
});
