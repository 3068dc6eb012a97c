/** What an operator may write under `tracing`, and what is said when it is wrong. */
import { describe, expect, it } from 'vitest';
import { QuorumscopeError } from '../../../src/base/errors.js';
import { parseConfig } from '../../../src/config/parse.js';

const read = (text: string) => parseConfig({ file: { name: 'quorumscope.yaml', text } }).tracing;

function problemsOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof QuorumscopeError && error.code === 'config.invalid') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('tracing', () => {
  it('is off by default, and by OTLP to this machine when it is on', () => {
    expect(read('')).toMatchObject({
      enabled: false,
      protocol: 'otlp',
      otlp: { url: 'http://127.0.0.1:4318/v1/traces', gzip: true },
      sampling: 0.1,
    });
  });

  it('is read in microseconds and bytes', () => {
    const text = `
tracing:
  enabled: true
  protocol: jaeger_collector
  jaeger: { agent: '127.0.0.1:6833', collector: http://jaeger:14268/api/traces }
  username: tracer
  password_file: /run/secrets/jaeger
  spans_per_view: 10
  interval: 500ms
  queue_size: 1MiB
`;
    expect(read(text)).toMatchObject({
      jaeger: { agent: { host: '127.0.0.1', port: 6833 }, collector: 'http://jaeger:14268/api/traces' },
      auth: { username: 'tracer', password: { file: '/run/secrets/jaeger' } },
      limits: { perView: 10, perSecond: 5_000 },
      intervalUs: 500_000,
      queueBytes: 1_048_576,
    });
  });

  it('says what Jaeger could not send', () => {
    const said = problemsOf('tracing: { protocol: jaeger_agent, bearer_token: abc, headers: { x-key: b } }');
    expect(said).toContain('remove bearer_token');
    expect(said).toContain('remove headers');
    expect(said).not.toContain('abc');
  });

  it('refuses a share beyond 1 and an unknown protocol', () => {
    expect(problemsOf('tracing: { sampling: 1.5 }')).toContain('tracing.sampling');
    expect(problemsOf('tracing: { protocol: zipkin }')).toContain('jaeger_agent');
  });
});
