import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { RecentWindow } from '../../../src/history/recent/recent-window.js';
import { Board } from '../../../src/metrics/board.js';
import { counter, gauge } from '../../../src/metrics/definition.js';
import { defaultLimits } from '../../../src/promql/budget.js';
import {
  PrometheusApi,
  type ApiRequest,
  type PrometheusApiOptions,
} from '../../../src/query/prometheus-api.js';

const START_S = 1_700_000_000;

interface Body {
  readonly status: string;
  readonly data: unknown;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: string[];
}

/** Two counters that rise by 1 and 2 a second for a minute, and a gauge with every odd value. */
function started(options: Partial<PrometheusApiOptions> = {}) {
  const clock = new ManualClock(START_S * 1e6);
  const board = new Board();
  const target = { job: 'quorumscope', instance: 'here:1' };
  const window = new RecentWindow({ board, target, windowMs: 600_000, maxBytes: 1e8 });
  const total = board.counter(counter('a_total', 'As.', ['validator']));
  const odd = board.gauge(gauge('odd', 'Odd.', ['what']));
  odd.at('nan').set(NaN);
  odd.at('large').set(1e21);
  odd.at('"quoted"\n').set(-Infinity);
  for (let i = 0; i <= 60; i++) {
    window.sample(START_S * 1000 + i * 1000);
    total.at('v0').add(1);
    total.at('v1').add(2);
  }
  clock.advance(60e6);
  const api = new PrometheusApi({
    source: window,
    metadata: () => [
      { name: 'a_total', type: 'counter', help: 'As.', unit: '' },
      { name: 'odd', type: 'gauge', help: 'Odd.', unit: '' },
    ],
    dataClock: clock,
    wallClock: clock,
    limits: defaultLimits,
    lookbackMs: 300_000,
    concurrency: 2,
    queue: 1,
    version: '1.2.3',
    ...options,
  });
  const ask = async (
    endpoint: ApiRequest['endpoint'],
    parameters: string,
    more: Partial<ApiRequest> = {},
  ): Promise<Body & { readonly code: number }> => {
    const signal = new AbortController().signal;
    const asked = { endpoint, parameters: new URLSearchParams(parameters), signal, ...more };
    const { status, body } = await api.answer(asked);
    return { code: status, ...(JSON.parse(body) as Body) };
  };
  return { api, ask, clock };
}

const target = { job: 'quorumscope', instance: 'here:1' };

describe('query', () => {
  it('answers at a time, in seconds or as RFC 3339, or now', async () => {
    const { ask } = started();
    const vector = (time: number, value: string) => ({
      code: 200,
      status: 'success',
      data: {
        resultType: 'vector',
        result: [{ metric: { __name__: 'a_total', validator: 'v1', ...target }, value: [time, value] }],
      },
    });
    const query = 'query=a_total{validator="v1"}';
    expect(await ask('query', query)).toEqual(vector(START_S + 60, '120'));
    expect(await ask('query', `${query}&time=${START_S + 10.5}`)).toEqual(vector(START_S + 10.5, '20'));
    const text = new Date((START_S + 10) * 1000).toISOString();
    expect(await ask('query', `${query}&time=${text}`)).toEqual(vector(START_S + 10, '20'));
  });

  it('writes scalars, strings, ranges and odd numbers as Prometheus does', async () => {
    const { ask } = started();
    const data = async (query: string) => (await ask('query', `query=${encodeURIComponent(query)}`)).data;
    const now = START_S + 60;
    expect(await data('1/0')).toEqual({ resultType: 'scalar', result: [now, '+Inf'] });
    expect(await data('"x"')).toEqual({ resultType: 'string', result: [now, 'x'] });
    expect(await data('a_total{validator="v0"}[2s]')).toMatchObject({
      resultType: 'matrix',
      result: [
        {
          values: [
            [now - 1, '59'],
            [now, '60'],
          ],
        },
      ],
    });
    const odd = (await data('odd')) as { result: { metric: { what: string }; value: [number, string] }[] };
    expect(odd.result.map(({ metric, value }) => [metric.what, value[1]])).toEqual([
      ['nan', 'NaN'],
      ['large', '1e+21'],
      ['"quoted"\n', '-Inf'],
    ]);
  });

  it('says what is wrong with a request, in the words and codes of Prometheus', async () => {
    const { ask } = started();
    const error = async (...args: Parameters<typeof ask>) => {
      const { code, errorType, error: message } = await ask(...args);
      return `${code} ${errorType}: ${message}`;
    };
    expect(await error('query', 'query=a%20b')).toMatch(
      /^400 bad_data: invalid parameter "query": 1:3: parse error: unexpected identifier "b"/,
    );
    expect(await error('query', '')).toMatch(
      /^400 bad_data: invalid parameter "query": unknown position: parse error: no expression found in input$/,
    );
    expect(await error('query', 'query=1&time=then')).toBe(
      '400 bad_data: invalid parameter "time": Invalid time value for \'time\': cannot parse "then" to a valid timestamp',
    );
    expect(await error('query', 'query=1&timeout=x')).toBe(
      '400 bad_data: invalid parameter "timeout": cannot parse "x" to a valid duration',
    );
    expect(await error('query', 'query=1&limit=-1')).toMatch(/^400 bad_data: .*limit/);
    expect(await error('query', 'query=a_total%2Bon(job)a_total')).toMatch(/^422 execution: .*many-to-many/);
    expect(await error('query', 'query=a_total&timeout=0')).toMatch(/^503 timeout: query timed out/);
    const gone = new AbortController();
    gone.abort();
    expect(await error('query', 'query=a_total', { signal: gone.signal })).toMatch(/^499 canceled: /);
    expect(await error('query', 'query=1&lookback_delta=1m')).toMatch(/^400 bad_data: .*lookback_delta/);
  });

  it('cuts to the limit and says so', async () => {
    const { ask } = started();
    const { data, warnings } = await ask('query', 'query=a_total&limit=1');
    expect((data as { result: unknown[] }).result).toHaveLength(1);
    expect(warnings).toEqual(['results truncated due to limit']);
  });
});

describe('query_range', () => {
  it('answers at every step', async () => {
    const { ask } = started();
    const query = encodeURIComponent('sum(rate(a_total[10s]))');
    const { data } = await ask(
      'query_range',
      `query=${query}&start=${START_S + 20}&end=${START_S + 40}&step=10s`,
    );
    expect(data).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [START_S + 20, '3'],
            [START_S + 30, '3'],
            [START_S + 40, '3'],
          ],
        },
      ],
    });
  });

  it.each([
    ['start=2&end=1&step=1', 'invalid parameter "end": end timestamp must not be before start time'],
    ['start=1&end=2&step=0', /^invalid parameter "step": zero or negative query resolution/],
    ['start=1&end=2', 'invalid parameter "step": cannot parse "" to a valid duration'],
    ['end=2&step=1', 'invalid parameter "start": cannot parse "" to a valid timestamp'],
    ['start=0&end=11001&step=1', /^exceeded maximum resolution of 11,000 points per timeseries/],
  ])('refuses %s', async (parameters, message) => {
    const { ask } = started();
    const { code, errorType, error } = await ask('query_range', `query=a_total&${parameters}`);
    expect([code, errorType]).toEqual([400, 'bad_data']);
    expect(error).toMatch(message);
  });
});

describe('what there is', () => {
  it('series, label names and label values, by selector and time', async () => {
    const { ask } = started();
    const metric = { __name__: 'a_total', ...target };
    expect((await ask('series', 'match[]=a_total&match[]={__name__="a_total"}')).data).toEqual([
      { ...metric, validator: 'v0' },
      { ...metric, validator: 'v1' },
    ]);
    expect((await ask('labels', '')).data).toEqual(['__name__', 'instance', 'job', 'validator', 'what']);
    expect((await ask('labels', 'match[]=up')).data).toEqual(['__name__', 'instance', 'job']);
    const values = async (label: string, parameters = '') =>
      (await ask('label_values', parameters, { label })).data;
    expect(await values('__name__', 'match[]={__name__=~"a_total|odd|up"}')).toEqual([
      'a_total',
      'odd',
      'up',
    ]);
    expect(await values('validator', 'match[]={validator!="v0",validator!=""}')).toEqual(['v1']);
    expect(await values('validator', `end=${START_S - 1}`)).toEqual([]);
    expect(await values('validator', 'limit=1')).toEqual(['v0']);
    expect(await ask('label_values', '', { label: 'a-b' })).toMatchObject({
      code: 400,
      error: 'invalid label name: "a-b"',
    });
  });

  it('refuses requests for series that name none or all', async () => {
    const { ask } = started();
    expect((await ask('series', '')).error).toBe('no match[] parameter provided');
    expect((await ask('series', 'match[]={job=~".*"}')).error).toBe(
      'invalid parameter "match[]": match[] must contain at least one non-empty matcher',
    );
    expect((await ask('labels', 'match[]=a%2Bb')).error).toMatch(/^invalid parameter "match\[\]": /);
  });

  it('metadata, the formatted query, and who answers', async () => {
    const { ask } = started();
    expect((await ask('metadata', '')).data).toEqual({
      a_total: [{ type: 'counter', help: 'As.', unit: '' }],
      odd: [{ type: 'gauge', help: 'Odd.', unit: '' }],
    });
    expect(Object.keys((await ask('metadata', 'metric=odd')).data as object)).toEqual(['odd']);
    expect(Object.keys((await ask('metadata', 'limit=1')).data as object)).toEqual(['a_total']);
    expect((await ask('format_query', 'query=sum(a)by(b)')).data).toBe('sum by (b) (a)');
    expect((await ask('buildinfo', '')).data).toMatchObject({
      version: '3.5.0',
      buildUser: 'quorumscope 1.2.3',
    });
  });
});

describe('many at once', () => {
  /** A source that answers when it is told to. */
  function slow() {
    const waiting: (() => void)[] = [];
    const select = () => new Promise<[]>((resolve) => waiting.push(() => resolve([])));
    return { waiting, source: { select, labelSets: () => [] } };
  }

  it('run so many, let so many wait, and refuse the rest', async () => {
    const { waiting, source } = slow();
    const { ask } = started({ source });
    const answers = [1, 2, 3].map(() => ask('query', 'query=x'));
    expect(await ask('query', 'query=x')).toMatchObject({ code: 503, errorType: 'unavailable' });
    expect(waiting).toHaveLength(2);
    waiting.shift()!();
    await answers[0];
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toHaveLength(2);
    for (const answer of waiting) answer();
    expect((await Promise.all(answers)).map(({ code }) => code)).toEqual([200, 200, 200]);
    expect((await ask('query', 'query=1')).code).toBe(200);
  });

  it('give up waiting at their timeout', async () => {
    const { waiting, source } = slow();
    const { ask, clock } = started({ source, concurrency: 1 });
    const first = ask('query', 'query=x');
    const second = ask('query', 'query=x&timeout=5s');
    clock.advance(5e6);
    expect(await second).toMatchObject({ code: 503, errorType: 'timeout' });
    waiting[0]!();
    expect((await first).code).toBe(200);
  });
});
