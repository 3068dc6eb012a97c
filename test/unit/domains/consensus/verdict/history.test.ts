/** What the views before a view tell of it: tight timers, whom cut links set apart, and who equivocated. */
import { describe, expect, it } from 'vitest';
import { ViewHistory, type PastView } from '../../../../../src/domains/consensus/verdict/history.js';

const TIMER_US = 100_000;

function historyOf(views: readonly Partial<PastView>[]): ViewHistory {
  const history = new ViewHistory();
  views.forEach((past, view) =>
    history.note({
      view,
      leader: `v${view % 4}`,
      collector: `v${(view + 1) % 4}`,
      neededUs: 40_000,
      proposalSeen: true,
      proposalLate: false,
      failed: false,
      apart: undefined,
      isEquivocated: false,
      ...past,
    }),
  );
  return history;
}

const needing = (...us: number[]): ViewHistory => historyOf(us.map((neededUs) => ({ neededUs })));

describe('a timer', () => {
  it('suffices when nine in ten views end within it', () => {
    const views = Array.from({ length: 10 }, (_, i) => (i === 3 ? 200_000 : 40_000));
    expect(needing(...views).timerSuffices(TIMER_US)).toBe(true);
  });

  it('does not when most views come near it and a quarter beyond', () => {
    expect(needing(70_000, 80_000, 120_000, 90_000).timerSuffices(TIMER_US)).toBe(false);
  });

  it('is left open when a few views take very long and most end early, as where messages are sent again', () => {
    expect(needing(20_000, 20_000, 400_000, 20_000).timerSuffices(TIMER_US)).toBeUndefined();
  });
});

describe('who was cut off', () => {
  it('is remembered for as many views as asked', () => {
    const history = historyOf([{ apart: ['v1'] }, { apart: ['v2', 'v3'] }, {}, {}]);
    expect(history.apartLately(4)).toEqual(['v2', 'v3']);
    expect(history.apartLately(2)).toBeUndefined();
  });

  it('is nobody where both sides are even', () => {
    expect(historyOf([{ apart: [] }]).apartLately(4)).toEqual([]);
  });
});

describe('leaders that equivocated', () => {
  it('are told once each, of the newest views', () => {
    const twice = { isEquivocated: true };
    const history = historyOf([twice, {}, {}, {}, twice, twice]);
    expect([...history.equivocators(10)].sort()).toEqual(['v0', 'v1']);
    expect(history.equivocators(1)).toEqual(['v1']);
    expect(historyOf([{}, {}]).equivocators(10)).toEqual([]);
  });
});

describe('who lied', () => {
  it('is remembered for as many views as asked, by the newest lie', () => {
    const history = new ViewHistory();
    history.lied('v1', 10);
    history.lied('v1', 4);
    history.lied('v2', 30);
    expect(history.liars(14, 4)).toEqual(['v1']);
    expect(history.liars(15, 4)).toEqual([]);
    expect(history.liars(31, 21).sort()).toEqual(['v1', 'v2']);
  });
});

describe('broken agreement', () => {
  it('holds from the view in which it was found, and not for ever', () => {
    const history = new ViewHistory();
    expect(history.isBroken(7)).toBe(false);
    history.broke(10);
    expect([9, 10, 73, 10 + 64].map((view) => history.isBroken(view))).toEqual([false, true, true, false]);
  });
});

describe('views that a validator led', () => {
  it('are told newest first, as many as asked', () => {
    const history = historyOf(new Array<object>(12).fill({}));
    expect(history.ledBy('v1', 2)).toEqual([9, 5]);
    expect(history.ledBy('nobody', 2)).toEqual([]);
  });
});
