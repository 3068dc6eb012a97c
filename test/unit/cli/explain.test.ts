/** A crash in a simulated network, recorded: what `explain`, `replay` and `incident` make of the recording. */
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ViewDocument } from '../../../src/views/view-document.js';
import { runWords } from './world.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-explain-'));
const events = join(folder, 'events.ndjson');
const truth = join(folder, 'truth.ndjson');

interface TrueView {
  readonly type: string;
  readonly view: number;
  readonly outcome: string;
  readonly cause: string;
  readonly culprits: readonly string[];
}
let failedViews: TrueView[] = [];

beforeAll(async () => {
  const { code } = await runWords([
    ...['simulate', '--duration', '14s', '--seed', '7', '--crash', 'v2@4s', '--heal', 'v2@9s'],
    ...['--events', events, '--truth', truth, '--json'],
  ]);
  expect(code).toBe(0);
  failedViews = readFileSync(truth, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TrueView)
    .filter(({ type, outcome }) => type === 'view' && outcome === 'failed');
});

const explain = (view: number, ...more: string[]) =>
  runWords(['explain', String(view), '--file', events, ...more]);

describe('explain', () => {
  it('names the true cause and culprit of failed views, who did what, and the vantage', async () => {
    expect(failedViews.length).toBeGreaterThan(3);
    for (const { view, cause, culprits } of failedViews.slice(0, 2)) {
      const { code, out } = await explain(view);
      expect(code).toBe(0);
      const [headline] = out.split('\n');
      expect(headline).toBe(
        `View ${view} of simulated failed: ${cause.replaceAll('_', ' ')}, ${culprits.join()}`,
      );
      expect(out).toMatch(/^ {2}vantage {2}seen by [34] of 4/m);
      expect(out).toContain('It would be contradicted by');
      expect(out).toContain('TIMER EXPIRED');
      expect(out).not.toContain('\x1b');
    }
  });

  it('gives the same as one JSON document', async () => {
    const { view, cause } = failedViews[0]!;
    const { code, out } = await explain(view, '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out) as ViewDocument;
    expect(document).toMatchObject({ chain: 'simulated', view, verdict: { outcome: 'failed', cause } });
    expect(document.verdict!.culprits).toEqual([{ id: 'validator-2', name: 'validator-2' }]);
    expect(document.participation.find(({ id }) => id === 'validator-2')).toMatchObject({ vote: 'unseen' });
    for (const { timeline } of document.nodes) {
      const times = timeline.map(({ at_us }) => at_us);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it('tells the path of a view in which nothing was wrong, long after', async () => {
    const { code, out } = await explain(3);
    expect(code).toBe(0);
    expect(out).toContain('View 3 of simulated was decided');
    expect(out).toMatch(/certificate formed \(3 signers, closed by validator-\d\)/);
    expect(out).toMatch(/block committed/);
  });

  it('says what one node alone can tell, and what it would take to know more', async () => {
    const own = join(folder, 'one.ndjson');
    const lines = readFileSync(events, 'utf8').split('\n');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(own, lines.filter((line) => line.includes('"node":"node-0"')).join('\n') + '\n');
    const { code, out } = await runWords(['explain', String(failedViews[0]!.view), '--file', own]);
    expect(code).toBe(0);
    expect(out).toContain('seen by 1 of 4 (node-0)');
    expect(out).toContain('no record of this view from validator-1, validator-2, validator-3');
  });

  it('exits 1 for a view of which nothing is known and 2 for wrong words', async () => {
    const unknown = await explain(1_000_000);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain('nothing is held of view 1000000');
    expect((await explain(3, '--chain', 'other')).code).toBe(1);
    expect((await runWords(['explain', 'last', '--file', events])).code).toBe(2);
    expect((await runWords(['explain', '3', '--file', events, '--url', 'http://x'])).code).toBe(2);
  });
});

describe('replay', () => {
  it('exits 1 on what it is to fail on, 0 when that holds, and says so as JUnit', async () => {
    const junit = join(folder, 'junit.xml');
    const words = ['replay', events, '--junit', junit];
    const bad = await runWords([...words, '--fail-on', 'safety,collector_silent']);
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('FAILS   collector_silent (simulated)');
    expect(readFileSync(junit, 'utf8')).toContain('tests="2" failures="1"');
    expect((await runWords(words)).code).toBe(0);
    expect(readFileSync(junit, 'utf8')).toContain('tests="4" failures="0"');
  });

  it('finds a chain that stands still', async () => {
    const { code, out } = await runWords([
      'replay',
      events,
      '--fail-on',
      'liveness',
      '--stall-after',
      '500ms',
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/no view was decided for \d\.\d s after view \d+/);
  });

  it('writes a page that loads nothing and runs nothing, with every failed view put down to the culprit', async () => {
    const path = join(folder, 'report.html');
    expect((await runWords(['replay', events, '--report', path])).code).toBe(0);
    const html = readFileSync(path, 'utf8');
    expect(html).toContain(`${failedViews.length} of `);
    expect(html).toMatch(/(All|\d+) of them are put down to validator-2\./);
    expect(html).not.toMatch(/<script|src=|href=|url\(|@import/i);
    expect(html.match(/<svg class="plot"/g)!.length).toBeGreaterThanOrEqual(3);
  });

  it('writes the same as Markdown', async () => {
    const path = join(folder, 'report.md');
    expect((await runWords(['replay', events, '--report', path])).code).toBe(0);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('| collector_silent | validator-2 | peer |');
    expect(text).toContain(`View ${failedViews[0]!.view} of simulated failed`);
  });

  it('refuses words that it does not know, all at once, before it reads', async () => {
    const { code, err } = await runWords([
      ...['replay', '/nonexistent', '--fail-on', 'bad_luck', '--stall-after', 'soon', '--report', 'x.pdf'],
    ]);
    expect(code).toBe(2);
    expect(err).toMatch(/--fail-on.*\n.*--stall-after.*\n.*--report/);
  });

  it('writes nothing unless a folder is named on its command line', async () => {
    const data = join(folder, 'unnamed');
    await runWords(['replay', events], { environment: { QUORUMSCOPE_DATA_DIR: data } });
    expect(existsSync(data)).toBe(false);
  });
});

describe('incident', () => {
  it('is recorded, listed, shown, exported, and replayed to the same verdict', async () => {
    const data = join(folder, 'data');
    expect((await runWords(['replay', events, '--data', data])).code).toBe(0);
    const list = await runWords(['incident', 'list', '--data', data, '--json']);
    const { incidents } = JSON.parse(list.out) as { incidents: { id: string; culprits: string[] }[] };
    expect(incidents).toHaveLength(1);
    const { id, culprits } = incidents[0]!;
    expect(culprits).toEqual(['validator-2']);
    expect((await runWords(['incident', 'list', '--data', data])).out).toContain(id);
    expect((await runWords(['incident', 'show', id, '--data', data])).out).toMatch(
      /began .* with failed view/,
    );

    const exported = join(folder, 'exported');
    expect((await runWords(['incident', 'export', id, '--data', data, '--out', exported])).code).toBe(0);
    const [name] = readdirSync(exported);
    const replayed = await runWords([
      ...['replay', join(exported, name!, 'events.ndjson.gz'), '--fail-on', 'leader_silent'],
    ]);
    expect(replayed.code).toBe(1);
    expect(replayed.out).toContain('leader_silent, validator-2');
  });

  it('exits 1 when there is none of that id', async () => {
    const { code, err } = await runWords(['incident', 'show', '../../etc', '--data', folder]);
    expect(code).toBe(1);
    expect(err).toContain('there is no incident');
  });
});
