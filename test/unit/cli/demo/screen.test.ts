/** The demo's screen as text: what a person sees at the two usual widths, and that it never breaks the terminal. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../../src/cli/demo/ribbon.js';
import {
  marginOf,
  renderScreen,
  ribbonWidth,
  type Canvas,
  type ScreenState,
} from '../../../../src/cli/demo/screen.js';
import { renderLine } from '../../../../src/cli/demo/spans.js';

const healthy: Cell[] = [...new Array<Cell>(88).fill('committed'), 'voted', 'open'];
const crashed: Cell[] = [
  ...new Array<Cell>(84).fill('committed'),
  'failed',
  'failed',
  'none',
  'none',
  'failed',
  'open',
];
const slow: Cell[] = healthy.map((cell, i): Cell => (i > 80 && i < 87 ? 'late' : cell));

const state: ScreenState = {
  elapsedSeconds: 41.2,
  addresses: [
    ['metrics', 'http://127.0.0.1:10920/metrics'],
    ['events', 'unix:///tmp/quorumscope-demo-x/events.sock'],
  ],
  height: 412,
  view: 419,
  commitAgeSeconds: 0.14,
  failedViews: 3,
  up: 3,
  quorum: 3,
  rows: [
    { name: 'validator-0', sidecar: 'up', truth: 'up', cells: healthy },
    { name: 'validator-1', sidecar: 'late', truth: 'slow', cells: slow },
    { name: 'validator-2', sidecar: 'silent', truth: 'crashed', cells: crashed },
    { name: 'validator-3', sidecar: 'up', truth: 'up', cells: healthy },
  ],
  selected: 1,
  happenings: [
    { atSeconds: 1.1, who: 'sidecar', text: 'first commits, height 3' },
    { atSeconds: 9.04, who: 'truth', text: 'validator-2 crashed' },
    {
      atSeconds: 10.6,
      who: 'sidecar',
      text: 'validator-2 is silent: nothing from it for 1.4 s, last vote in view 105',
    },
  ],
};

const plain: Canvas = { columns: 80, rows: 24, colour: false, unicode: true };

describe('the screen', () => {
  it('at 80 columns', () => {
    expect(renderScreen(state, plain).join('\n')).toMatchInlineSnapshot(`
      "quorumscope demo  4 simulated validators, watched over a socket             41 s

        metrics   http://127.0.0.1:10920/metrics
        events    unix:///tmp/quorumscope-demo-x/events.sock

        height 412   view 419   last commit 0.1 s ago   failed views 3
        3 of 4 up, a quorum is 3: one failure from halt

          validator    sidecar  truth    views up to 419, newest right
        0 validator-0  up       up       ██████████████████████████████████████████▄
      > 1 validator-1  late     slow     ███████████████████████████████████▒▒▒▒▒▒█▄
        2 validator-2  silent   crashed  ██████████████████████████████████████✗✗··✗
        3 validator-3  up       up       ██████████████████████████████████████████▄
          █ committed  ▄ voted  ▒ voted late  · no vote seen  ✗ view failed

           1.1 s  sidecar first commits, height 3
           9.0 s  truth   validator-2 crashed
          10.6 s  sidecar validator-2 is silent: nothing from it for 1.4 s, last vote

        0-3 select  c crash  s slow  h heal  o one node  q quit  (acts on validator-1)"
    `);
  });

  it('at 120 columns', () => {
    expect(renderScreen(state, { ...plain, columns: 120 }).join('\n')).toMatchInlineSnapshot(`
      "quorumscope demo  4 simulated validators, watched over a socket                                                     41 s

        metrics   http://127.0.0.1:10920/metrics
        events    unix:///tmp/quorumscope-demo-x/events.sock

        height 412   view 419   last commit 0.1 s ago   failed views 3
        3 of 4 up, a quorum is 3: one failure from halt

          validator    sidecar  truth    views up to 419, newest right
        0 validator-0  up       up       ██████████████████████████████████████████████████████████████████████████████████▄
      > 1 validator-1  late     slow     ███████████████████████████████████████████████████████████████████████████▒▒▒▒▒▒█▄
        2 validator-2  silent   crashed  ██████████████████████████████████████████████████████████████████████████████✗✗··✗
        3 validator-3  up       up       ██████████████████████████████████████████████████████████████████████████████████▄
          █ committed  ▄ voted  ▒ voted late  · no vote seen  ✗ view failed

           1.1 s  sidecar first commits, height 3
           9.0 s  truth   validator-2 crashed
          10.6 s  sidecar validator-2 is silent: nothing from it for 1.4 s, last vote in view 105

        0-3 select  c crash  s slow  h heal  o one node  q quit  (acts on validator-1)"
    `);
  });

  it('in ASCII where the terminal has no more', () => {
    const text = renderScreen(state, { ...plain, unicode: false }).join('\n');

    expect(text).toMatch(/^[\x00-\x7f]*$/);
    expect(text).toContain('X view failed');
  });

  it.each([
    [20, 8],
    [40, 12],
    [80, 24],
    [200, 60],
  ])('never exceeds %i columns and %i rows', (columns, rows) => {
    const happenings = new Array(100).fill(state.happenings[2]!);
    const lines = renderScreen({ ...state, happenings }, { ...plain, columns, rows });
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
  });

  it('shows the newest happenings when there is no room for all', () => {
    const happenings = Array.from({ length: 50 }, (_, i) => ({
      atSeconds: i,
      who: 'demo' as const,
      text: `number ${i}`,
    }));
    const text = renderScreen({ ...state, happenings }, plain).join('\n');
    expect(text).toContain('number 49');
    expect(text).not.toContain('number 10 ');
  });

  it('colours the same text and nothing else', () => {
    const coloured = renderScreen(state, { ...plain, colour: true }).map((line) =>
      line.replaceAll(/\x1b\[\d+m/g, '').trimEnd(),
    );
    expect(coloured).toEqual(renderScreen(state, plain));
  });

  it('fills the width with the ribbon, the newest view at the right', () => {
    const width = ribbonWidth(80, ['validator-0']);
    const row = renderScreen(state, plain).find((line) => line.includes('0 validator-0'))!;
    expect([...row.slice(row.indexOf('█'))].length).toBe(width - 1);
    expect(row.endsWith('▄')).toBe(true);
  });
});

describe('the quorum margin', () => {
  it.each([
    [2, '2 more may fail'],
    [1, 'one more may fail'],
    [0, 'one failure from halt'],
    [-1, 'no quorum, the chain cannot move'],
  ])('%i is "%s"', (margin, text) => expect(marginOf(margin)[0]).toBe(text));
});

describe('lines', () => {
  it('are cut by letters, not by escape codes, and painted once per style', () => {
    const line = [{ text: 'ab', style: 'good' as const }, { text: 'cd', style: 'good' as const }, 'ef'];
    expect(renderLine(line, 5, true)).toBe('\x1b[32mabcd\x1b[0me');
    expect(renderLine(line, 3, false)).toBe('abc');
  });
});
