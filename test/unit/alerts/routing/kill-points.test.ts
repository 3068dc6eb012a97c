import { describe, expect, it } from 'vitest';
import { M, routingOf, S, settle, World } from './world.js';

const routing = () =>
  routingOf(`
route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 10s, repeat_interval: 4h}
receivers: [{name: a, webhook_configs: [{url: 'http://127.0.0.1/'}]}]
`);

/** One alert begins, is told, ends, is told. The rules tell again what is true after every start, as they must. */
async function live(world: World): Promise<void> {
  const alert = world.alert('Halted');
  world.start();
  let isOver = false;
  const truth = () => world.notifier.tell([isOver ? world.ended(alert) : alert]);
  const mend = async (): Promise<void> => {
    if (!world.isDead) return;
    world.revive();
    truth();
    await settle();
  };
  truth();
  for (let second = 0; second < 60; second++) {
    await world.pass(S);
    await mend();
    if (second === 25) {
      isOver = true;
      truth();
      await settle();
      await mend();
    }
  }
}

describe('a process that is killed between any two steps', () => {
  it('repeats at most one notification and loses no end, wherever it is killed', async () => {
    const whole = new World(routing());
    await live(whole);
    expect(whole.got.map(({ firing, ended }) => [firing, ended])).toEqual([
      [['Halted'], []],
      [[], ['Halted']],
    ]);
    expect(whole.steps).toBeGreaterThanOrEqual(12);
    for (let killAt = 1; killAt <= whole.steps; killAt++) {
      const world = new World(routing());
      world.killAt = killAt;
      await live(world);
      const begins = world.got.filter(({ firing }) => firing.length > 0);
      const ends = world.got.filter(({ firing }) => firing.length === 0);
      const story = `killed at step ${killAt}: ${JSON.stringify(world.got)}`;
      expect(begins.length, story).toBeGreaterThanOrEqual(1);
      expect(ends.length, story).toBeGreaterThanOrEqual(1);
      expect(begins.length + ends.length, story).toBeLessThanOrEqual(3);
      expect(world.got.at(-1)?.ended, story).toEqual(['Halted']);
      expect(world.ledger.alerts.size, story).toBe(0);
      expect(world.ledger.telling.size, story).toBe(0);
    }
  });

  it('sends the end that fell due while it was away', async () => {
    const world = new World(routing());
    const alert = world.alert('Halted');
    world.start().tell([alert]);
    await world.pass(15 * S);
    world.away(30 * M);
    world.start();
    world.notifier.tell([world.ended(alert)]);
    await world.pass(11 * S);
    expect(world.got.map(({ reason }) => reason)).toEqual(['first', 'all_resolved']);
  });

  it('tells nobody again of what was told before it was restarted', async () => {
    const world = new World(routing());
    const alert = world.alert('Halted');
    world.start().tell([alert]);
    await world.pass(15 * S);
    for (let restart = 0; restart < 5; restart++) {
      world.start().tell([alert]);
      await world.pass(20 * S);
    }
    expect(world.got).toHaveLength(1);
  });

  it('tells the end of what rules have forgotten, unless they tell of it again', async () => {
    const world = new World(routing());
    const [kept, lost, back] = ['Kept', 'Lost', 'Back'].map((name) => world.alert(name));
    world.start().tell([kept!, lost!, back!]);
    await world.pass(15 * S);
    world.start().remembered([kept!.labels], world.clock.nowUs() + 2 * M);
    await world.pass(30 * S);
    world.notifier.tell([back!]);
    await world.pass(3 * M);
    expect(world.got.filter(({ ended }) => ended.length > 0)).toMatchObject([{ ended: ['Lost'] }]);
    expect(world.got.filter(({ firing }) => firing.length > 0)).toHaveLength(3);
  });
});
