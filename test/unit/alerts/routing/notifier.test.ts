import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainPolicy } from '../../../../src/alerts/routing/policy.js';
import type { Receipt } from '../../../../src/delivery/transport.js';
import { AlertmanagerApi } from '../../../../src/alerts/api/alertmanager-api.js';
import { rfc3339 } from '../../../../src/alerts/channels/words.js';
import { fingerprintOf } from '../../../../src/alerts/alert.js';
import type { Routing } from '../../../../src/alerts/routing/routing.js';
import { M, routingOf, S, settle, World } from './world.js';

const hook = (name: string): string => `{name: ${name}, webhook_configs: [{url: 'http://127.0.0.1/'}]}`;
const one = (more = '', rest = ''): World =>
  new World(
    routingOf(`
route: {receiver: a, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 10m, ${more}}
receivers: [${hook('a')}, ${hook('b')}]
${rest}`),
  );
const reasons = (world: World): string[] => world.got.map(({ reason, receiver }) => `${receiver} ${reason}`);
const refusal: Receipt = { outcome: 'refused', detail: '400' };
const down: Receipt = { outcome: 'retry', reason: 'unreachable', detail: 'connection refused' };

describe('grouping', () => {
  it('waits group_wait, tells news after group_interval, repeats after repeat_interval', async () => {
    const world = one();
    world.start().tell([world.alert('A', { node: '1' })]);
    await world.pass(5 * S);
    world.notifier.tell([world.alert('A', { node: '2' })]);
    await world.pass(20 * S);
    world.notifier.tell([world.alert('A', { node: '3' })]);
    await world.pass(12 * M);
    expect(world.got.map(({ reason, firing, atS }) => [reason, firing.length, atS])).toEqual([
      ['first', 2, 10],
      ['new_alerts', 3, 70],
      ['repeat', 3, 670],
    ]);
  });

  it('never tells of what began and ended within group_wait', async () => {
    const world = one();
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(5 * S);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(5 * M);
    expect(world.got).toEqual([]);
    expect(world.ledger.size).toBe(0);
  });

  it('tells at once, within one turn of the clock, where group_wait is 0s', async () => {
    const world = one('routes: [{matchers: [alertname="A"], group_wait: 0s}]');
    world.start().tell([world.alert('A')]);
    await settle();
    expect(world.got.map(({ atS }) => atS)).toEqual([0]);
  });
});

describe('what is kept back', () => {
  const inhibited =
    'inhibit_rules: [{source_matchers: [alertname=Cause], target_matchers: [kind=symptom], equal: [chain]}]';

  it('is a symptom of a cause that came in the same breath, and comes when the cause is gone', async () => {
    const world = one('', inhibited);
    const cause = world.alert('Cause', { chain: 'x' });
    world
      .start()
      .tell([
        world.alert('Symptom', { kind: 'symptom', chain: 'x' }),
        cause,
        world.alert('Other', { kind: 'symptom', chain: 'y' }),
      ]);
    await world.pass(3 * M);
    expect(world.got.flatMap(({ firing }) => firing).sort()).toEqual(['Cause', 'Other']);
    world.notifier.tell([world.ended(cause)]);
    await world.pass(2 * M);
    expect(world.got.flatMap(({ firing }) => firing).sort()).toEqual(['Cause', 'Other', 'Symptom']);
  });

  it('is no news when it is told of again after a silence; its end is told although it is silenced', async () => {
    const world = one();
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(30 * S);
    const { clock, notifier, ledger } = world;
    const api = new AlertmanagerApi({ notifier, ledger, clock, version: '0', refused: () => undefined });
    const silence = (seconds: number) =>
      api.answer({
        endpoint: 'post_silence',
        query: new URLSearchParams(),
        body: JSON.stringify({
          matchers: [{ name: 'alertname', value: 'A', isRegex: false }],
          startsAt: rfc3339(clock.nowUs()),
          endsAt: rfc3339(clock.nowUs() + seconds * S),
          createdBy: 'me',
          comment: 'x',
        }),
      });
    await silence(120);
    await world.pass(5 * M);
    expect(reasons(world)).toEqual(['a first']);
    await silence(3600);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(2 * M);
    expect(reasons(world)).toEqual(['a first', 'a all_resolved']);
  });

  it('is what falls into a mute time, into maintenance, or outside of an active time', async () => {
    const night =
      "time_intervals: [{name: now, time_intervals: [{times: [{start_time: '22:00', end_time: '22:20'}]}]}]";
    for (const kind of ['mute', 'active']) {
      const world = one(`routes: [{matchers: [alertname="A"], ${kind}_time_intervals: [now]}]`, night);
      world.start().tell([world.alert('A')]); // at 22:13:20
      await world.pass(M);
      expect(world.got.length, kind).toBe(kind === 'mute' ? 0 : 1);
      await world.pass(9 * M);
      expect(world.got.length, kind).toBe(1);
    }
    const world = one();
    const window = {
      times: [{ from: 22 * 60, to: 22 * 60 + 20 }],
      weekdays: [],
      daysOfMonth: [],
      months: [],
      years: [],
    };
    world.policy = { ...plainPolicy, maintenance: [{ ...window, location: 'UTC' }] };
    world.start().tell([world.alert('A')]);
    await world.pass(5 * M);
    expect(world.got).toEqual([]);
    await world.pass(5 * M);
    expect(reasons(world)).toEqual(['a first']);
  });
});

describe('receivers that fail', () => {
  it('are told later, once, of what is true then', async () => {
    const world = one();
    const alert = world.alert('A');
    world.answer = () => down;
    world.start().tell([alert]);
    await world.pass(5 * M);
    expect(world.got).toEqual([]);
    world.answer = () => ({ outcome: 'delivered' });
    await world.pass(2 * M);
    expect(reasons(world)).toEqual(['a unconfirmed']);
  });

  it('that refused the beginning are not told of the end', async () => {
    const world = one();
    const alert = world.alert('A');
    world.answer = () => refusal;
    world.start().tell([alert]);
    await world.pass(2 * M);
    world.answer = () => ({ outcome: 'delivered' });
    world.notifier.tell([world.ended(alert)]);
    await world.pass(5 * M);
    expect(world.got).toEqual([]);
    expect(world.ledger.alerts.size).toBe(0);
  });

  it('are left alone as long as they ask for', async () => {
    const world = one();
    let calls = 0;
    world.answer = () => {
      calls++;
      return calls === 1
        ? { outcome: 'retry', reason: 'busy', detail: '429', afterUs: 300 * S }
        : { outcome: 'delivered' };
    };
    world.start().tell([world.alert('A'), world.alert('B')]);
    await world.pass(10 * S);
    const before = calls;
    await world.pass(200 * S);
    expect(calls).toBe(before);
    await world.pass(200 * S);
    expect(world.got.flatMap(({ firing }) => firing).sort()).toEqual(['A', 'B']);
  });
});

describe('what Alertmanager has no words for', () => {
  it('escalates what nobody acknowledges, and tells both of the end', async () => {
    const world = one();
    world.policy = { ...plainPolicy, escalations: [{ receiver: 'b', afterUs: 5 * M, from: [] }] };
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(5 * M);
    expect(reasons(world)).toEqual(['a first']);
    await world.pass(M);
    expect(reasons(world)).toEqual(['a first', 'b first']);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(2 * M);
    expect(reasons(world).sort()).toEqual(['a all_resolved', 'a first', 'b all_resolved', 'b first']);
  });

  it('does not escalate or repeat what is acknowledged, over a restart too, and tells who takes it', async () => {
    const world = one();
    world.policy = { ...plainPolicy, escalations: [{ receiver: 'b', afterUs: 5 * M, from: [] }] };
    world.takesAcknowledgement = true;
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(M);
    const { clock, notifier, ledger } = world;
    const api = new AlertmanagerApi({ notifier, ledger, clock, version: '0', refused: () => undefined });
    const body = JSON.stringify({ alert: fingerprintOf(alert.labels), by: 'me' });
    expect(await api.answer({ endpoint: 'acknowledge', query: new URLSearchParams(), body })).toMatchObject({
      status: 200,
    });
    await world.pass(M);
    world.start().tell([alert]);
    await world.pass(30 * M);
    expect(reasons(world)).toEqual(['a first', 'a acknowledged']);
    world.notifier.tell([world.alert('A', { node: '2' })]);
    await world.pass(2 * M);
    expect(reasons(world)).toEqual(['a first', 'a acknowledged', 'a new_alerts']);
  });

  it('cools down: what comes back too soon is told when the time is over, if it is still there', async () => {
    const world = one();
    world.policy = { ...plainPolicy, cooldownUs: 10 * M };
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(M);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(2 * M);
    world.notifier.tell([world.alert('A')]);
    await world.pass(5 * M);
    expect(reasons(world)).toEqual(['a first', 'a all_resolved']);
    await world.pass(8 * M);
    expect(reasons(world)).toEqual(['a first', 'a all_resolved', 'a first']);
  });

  it('limits the rate; ends are never held back', async () => {
    const world = one();
    world.policy = { ...plainPolicy, rateLimit: { count: 3, windowUs: 10 * M } };
    const alerts = Array.from({ length: 6 }, (_, i) => world.alert(`A${i}`));
    world.start().tell(alerts);
    await world.pass(2 * M);
    expect(world.got).toHaveLength(3);
    const told = new Set(world.got.flatMap(({ firing }) => firing));
    world.notifier.tell(
      alerts.filter(({ labels }) => told.has(labels['alertname'] ?? '')).map((alert) => world.ended(alert)),
    );
    await world.pass(2 * M);
    expect(world.got).toHaveLength(6);
    await world.pass(10 * M);
    expect(new Set(world.got.flatMap(({ firing }) => firing)).size).toBe(6);
  });
});

describe('alerts over HTTP', () => {
  it('are over when their sender falls silent, but not because we were away', async () => {
    const world = one();
    const notifier = world.start();
    notifier.receive([world.alert('A')], world.clock.nowUs() + 5 * M);
    await world.pass(M);
    world.away(30 * M);
    world.start();
    await world.pass(M);
    expect(reasons(world).filter((reason) => reason !== 'a repeat')).toEqual(['a first']);
    await world.pass(8 * M);
    expect(reasons(world)).toContain('a all_resolved');
  });
});

describe('whatever happens', () => {
  it('who was told of a beginning is told of the end, and nobody of an end alone', async () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.integer({ min: 0, max: 90 }), fc.boolean()),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const world = one();
        world.start();
        const live = new Map<number, ReturnType<World['alert']>>();
        for (const [which, fires, seconds, fails] of story) {
          world.answer = () => (fails ? refusal : { outcome: 'delivered' });
          const alert = live.get(which) ?? world.alert('A', { which: String(which) });
          if (fires) live.set(which, alert);
          else live.delete(which);
          world.notifier.tell([fires ? alert : world.ended(alert)]);
          await world.pass(seconds * S);
        }
        world.answer = () => ({ outcome: 'delivered' });
        world.notifier.tell([...live.values()].map((alert) => world.ended(alert)));
        await world.pass(4 * M);
        expect(world.ledger.alerts.size).toBe(0);
        const last = world.got.at(-1);
        if (last !== undefined) expect(last.firing).toEqual([]);
        expect(world.got[0]?.firing.length).not.toBe(0);
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});

describe('other routes', () => {
  const routes = (receiver: string, by: string): Routing =>
    routingOf(`
route: {receiver: ${receiver}, group_by: [${by}], group_wait: 10s, group_interval: 1m, repeat_interval: 10m}
receivers: [${hook('a')}, ${hook('b')}]`);
  const told = (world: World): unknown[] =>
    world.got.map(({ receiver, reason, groupKey }) => `${receiver} ${reason} ${groupKey}`);

  it('that only group in another way page nobody twice, repeat, and tell the end by the key that is known', async () => {
    const world = new World(routes('a', 'alertname'));
    const alert = world.alert('A', { node: '1' });
    world.start().tell([alert]);
    await world.pass(30 * S);
    world.reroute(routes('a', 'node'));
    await world.pass(12 * M);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(3 * M);
    const key = '{}:{alertname="A"}';
    expect(told(world)).toEqual([`a first ${key}`, `a repeat ${key}`, `a all_resolved ${key}`]);
    expect(world.ledger.size).toBe(0);
    // The next one is of the new group.
    world.notifier.tell([world.alert('A', { node: '1' })]);
    await world.pass(30 * S);
    expect(told(world).at(-1)).toBe('a first {}:{node="1"}');
  });

  it('that lead to somebody else page him, and tell who was paged before of the end alone', async () => {
    const world = new World(routes('a', 'alertname'));
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(30 * S);
    world.reroute(routes('b', 'alertname'));
    await world.pass(12 * M);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(3 * M);
    expect(reasons(world).slice(0, 3)).toEqual(['a first', 'b first', 'b repeat']);
    expect(reasons(world).slice(3).sort()).toEqual(['a all_resolved', 'b all_resolved']);
    expect(world.ledger.size).toBe(0);
  });

  it('hold over a restart too, and when the old ones come back', async () => {
    const world = new World(routes('a', 'alertname'));
    const alert = world.alert('A');
    world.start().tell([alert]);
    await world.pass(30 * S);
    await world.notifier.close(0);
    world.routing = routes('b', 'alertname');
    world.start();
    await world.pass(30 * S);
    world.reroute(routes('a', 'alertname'));
    await world.pass(30 * S);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(3 * M);
    expect(reasons(world).sort()).toEqual(['a all_resolved', 'a first', 'b all_resolved', 'b first']);
    expect(world.ledger.size).toBe(0);
  });

  it('that are read while somebody is being told do not tell him twice', async () => {
    const world = new World(routes('a', 'alertname'));
    let answer: (receipt: Receipt) => void = () => undefined;
    world.answer = () => new Promise<Receipt>((resolve) => (answer = resolve));
    const alert = world.alert('A', { node: '1' });
    world.start().tell([alert]);
    await world.pass(11 * S);
    world.reroute(routes('a', 'alertname'));
    world.reroute(routes('a', 'node'));
    await world.pass(2 * S);
    answer({ outcome: 'delivered' });
    world.answer = () => ({ outcome: 'delivered' });
    await world.pass(3 * M);
    expect(reasons(world)).toEqual(['a first']);
    world.notifier.tell([world.ended(alert)]);
    await world.pass(3 * M);
    expect(reasons(world)).toEqual(['a first', 'a all_resolved']);
  });

  it('without the receiver give up the end, and forget it', async () => {
    const world = new World(routes('a', 'alertname'));
    world.start().tell([world.alert('A')]);
    await world.pass(30 * S);
    world.reroute(routingOf(`{route: {receiver: b, group_by: [alertname]}, receivers: [${hook('b')}]}`));
    await world.pass(2 * M);
    expect(reasons(world)).toEqual(['a first', 'b first']);
    expect([...world.ledger.told.keys()]).toEqual(['{}:{alertname="A"} b/webhook[0]']);
  });
});
