/** What happened around a finding can be replayed; incidents are one per group, and bounded. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replayFile } from '../../../src/attach/replay.js';
import { ManualClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import type { ViewVerdict } from '../../../src/domains/consensus/verdict/view-verdict.js';
import {
  exportIncident,
  listIncidents,
  readEvents,
  readIncident,
} from '../../../src/incidents/incident-files.js';
import { IncidentRecorder, type IncidentRecorderOptions } from '../../../src/incidents/incident-recorder.js';
import { Board } from '../../../src/metrics/board.js';
import { doubleVote } from '../evidence/made-finding.js';
import { hear, helloLine, linesOf, view } from '../intake/hearing.js';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'incidents-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setUp(options: Partial<IncidentRecorderOptions> = {}) {
  const [board, clock] = [new Board(), new ManualClock()];
  const recorder = new IncidentRecorder({
    folder,
    board,
    clock,
    logger: silentLogger,
    software: 'quorumscope/0.0.0',
    configDigest: 'abcd',
    ...options,
  });
  const { intake } = hear({ board, tap: recorder });
  return { board, clock, recorder, intake };
}

function counted(board: Board, name: string): number {
  const family = board.families().find(({ definition }) => definition.name === name);
  return (family?.series ?? []).reduce((sum, { slot }) => sum + board.slots.values[slot]!, 0);
}

const failed = (number: number, changes: Partial<ViewVerdict> = {}): ViewVerdict => ({
  chain: 'main',
  view: number,
  epoch: undefined,
  outcome: 'failed',
  cause: 'leader_silent',
  culprits: ['validator-2'],
  scope: 'peer',
  leader: 'validator-2',
  collector: undefined,
  grounds: [],
  contradictedBy: undefined,
  vantage: { nodes: ['n1'], validators: 4 },
  incomplete: [],
  enteredAtUs: 1,
  decidedAtUs: 2,
  revision: 0,
  ...changes,
});

it('has the lines before and after, and replays like what was received', async () => {
  const { clock, recorder, intake } = setUp({ beforeUs: MINUTE, afterUs: MINUTE });
  const feed = intake.openFeed({ door: 'unix', peer: '1' });
  feed.write(linesOf(helloLine('a', 'r1'), helloLine('b', 'r1')));
  let seq = 0;
  const live = (seconds: number): void => {
    for (let i = 0; i < seconds; i++) {
      feed.write(linesOf(view(seq, 'a'), view(seq++, 'b')));
      clock.advance(SECOND);
    }
  };
  live(600);
  recorder.finding(doubleVote(1));
  live(30);
  recorder.finding(doubleVote(2));
  expect(recorder.lasting).toHaveLength(1);
  live(31);
  await recorder.written();
  const [incident] = await listIncidents(folder);
  expect(incident!.meta).toMatchObject({
    chain: 'main',
    counts: { double_vote: 2 },
    culprits: ['validator-1'],
    software: 'quorumscope/0.0.0',
    config_digest: 'abcd',
    trigger: { finding: { id: doubleVote(1).id } },
  });
  const replayed = hear();
  await replayFile(join(incident!.path, 'events.ndjson.gz'), (source) =>
    replayed.intake.openLossless(source),
  );
  for (const node of ['a', 'b']) {
    const story = replayed.hearing.of(node).filter((word) => word.startsWith('consensus'));
    const numbers = story.map((word) => Number(word.slice('consensus '.length)));
    expect(numbers[0]).toBeLessThanOrEqual(540);
    expect(numbers[0]).toBeGreaterThan(500);
    expect(numbers.at(-1)).toBeGreaterThanOrEqual(655);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    // Nothing is missed that was before the window.
    expect(replayed.hearing.of(node).filter((word) => word.startsWith('gap'))).toEqual([]);
  }
  await recorder.close();
  await intake.stop();
});

it('is one while it lasts, with what came later counted; another after quiet', async () => {
  const { clock, recorder, board } = setUp({ afterUs: MINUTE, quietUs: 2 * MINUTE });
  for (let i = 0; i < 10; i++) {
    recorder.finding(doubleVote(i));
    clock.advance(MINUTE);
  }
  recorder.finding(doubleVote(90, { kind: 'double_proposal' }));
  clock.advance(3 * MINUTE);
  await recorder.written();
  expect(recorder.lasting).toEqual([]);
  recorder.finding(doubleVote(99));
  await recorder.close();
  const incidents = await listIncidents(folder);
  expect(incidents.map(({ meta }) => meta.counts)).toEqual([
    { double_vote: 1 },
    { double_proposal: 1 },
    { double_vote: 10 },
  ]);
  expect(counted(board, 'quorumscope_incidents_recorded_total')).toBe(3);
});

it('begins with a burst of failed views, not with one, and names causes and culprits', async () => {
  const { recorder } = setUp();
  const decided = { outcome: 'decided', cause: undefined, culprits: [] } as const;
  for (const number of [1, 20, 40]) {
    recorder.verdict(failed(number));
    recorder.verdict(failed(number, { revision: 1 }));
    for (let i = 1; i < 12; i++) recorder.verdict(failed(number + i, decided));
  }
  expect(recorder.lasting).toEqual([]);
  for (const number of [60, 61, 62, 63]) recorder.verdict(failed(number));
  expect(recorder.lasting).toHaveLength(1);
  await recorder.close();
  const [incident] = await listIncidents(folder);
  expect(incident!.meta).toMatchObject({
    group: 'main|failed_views',
    counts: { leader_silent: 2 },
    culprits: ['validator-2'],
    trigger: { failed_view: { view: 62 } },
  });
});

it('keeps lines within time and bytes, and an incident takes what there is', async () => {
  const { clock, recorder, intake, board } = setUp({ keepUs: MINUTE, maxBufferBytes: 1_000_000, afterUs: 0 });
  const feed = intake.openFeed({ door: 'unix', peer: '1' });
  feed.write(linesOf(helloLine('a', 'r1')));
  for (let seq = 0; seq < 20_000; seq++) feed.write(linesOf(view(seq, 'a')));
  clock.advance(SECOND);
  expect(counted(board, 'quorumscope_incident_buffer_bytes')).toBeLessThanOrEqual(1_300_000);
  recorder.finding(doubleVote(1));
  clock.advance(SECOND);
  await recorder.written();
  const [incident] = await listIncidents(folder);
  const text = gunzipSync(readFileSync(join(incident!.path, 'events.ndjson.gz'))).toString();
  expect(text.length).toBeLessThan(1_300_000);
  // The hello in force comes first, though it was said long before.
  expect(JSON.parse(text.slice(0, text.indexOf('\n')))).toMatchObject({
    type: 'hello',
    node: 'a',
    run: 'r1',
  });
  await recorder.close();
  await intake.stop();
});

it('goes to the disk while it lasts, so that what came after is there too', async () => {
  const { clock, recorder, intake, board } = setUp({ maxBufferBytes: 1_000_000, afterUs: MINUTE });
  const feed = intake.openFeed({ door: 'unix', peer: '1' });
  feed.write(linesOf(helloLine('a', 'r1')));
  let seq = 0;
  const hear = async (lines: number): Promise<void> => {
    for (const end = seq + lines; seq < end; seq++) feed.write(linesOf(view(seq, 'a')));
    await recorder.packed();
    clock.advance(SECOND);
    await recorder.written();
  };
  // What is not compressed fills the buffer several times over; what is, is small.
  for (let i = 0; i < 30; i++) await hear(2_000);
  recorder.finding(doubleVote(1));
  await hear(10_000);
  const [unfinished = ''] = readdirSync(folder);
  expect(unfinished).toMatch(/\.tmp$/);
  expect(readFileSync(join(folder, unfinished, 'events.ndjson.gz')).length).toBeGreaterThan(100_000);
  for (let i = 0; i < 60; i++) await hear(2_000);
  expect(counted(board, 'quorumscope_incident_buffer_bytes')).toBeLessThanOrEqual(1_300_000);
  const [incident] = await listIncidents(folder);
  const events = gunzipSync(readFileSync(join(incident!.path, 'events.ndjson.gz')))
    .toString()
    .trim()
    .split('\n');
  const numbers = events
    .map((line) => (JSON.parse(line) as { view?: number }).view)
    .filter((one) => one !== undefined);
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  expect(numbers[0]).toBeLessThan(60_000);
  expect(numbers.at(-1)).toBeGreaterThan(180_000);
  expect(incident!.meta.events).toMatchObject({ lines: events.length, truncated: false });
  await recorder.close();
  await intake.stop();
});

it('goes to the disk while it lasts also where lines come faster than they can be compressed', async () => {
  const { clock, recorder, intake } = setUp({ maxBufferBytes: 1_000_000, afterUs: MINUTE });
  const feed = intake.openFeed({ door: 'unix', peer: '1' });
  feed.write(linesOf(helloLine('a', 'r1')));
  recorder.finding(doubleVote(1));
  let seq = 0;
  const bytes = (): number => {
    const [unfinished = ''] = readdirSync(folder);
    return unfinished === '' ? 0 : readFileSync(join(folder, unfinished, 'events.ndjson.gz')).length;
  };
  let before = 0;
  for (let second = 0; second < 5; second++) {
    // Several times what the buffer holds, before anything else has its turn.
    for (const end = seq + 20_000; seq < end; seq++) feed.write(linesOf(view(seq, 'a')));
    clock.advance(SECOND);
    await recorder.written();
    expect(bytes()).toBeGreaterThan(before);
    before = bytes();
  }
  clock.advance(MINUTE);
  await recorder.written();
  const [incident] = await listIncidents(folder);
  expect(incident!.meta.events).toMatchObject({ lines: 100_001, truncated: false });
  await recorder.close();
  await intake.stop();
});

it('are bounded in number and bytes, the oldest removed and counted', async () => {
  const { clock, recorder, board } = setUp({ maxIncidents: 3, afterUs: SECOND, quietUs: SECOND });
  for (let i = 0; i < 6; i++) {
    recorder.finding(doubleVote(i));
    clock.advance(5 * SECOND);
    await recorder.written();
  }
  const incidents = await listIncidents(folder);
  expect(incidents.map(({ meta }) => meta.findings[0])).toEqual(
    [5, 4, 3].map((number) => doubleVote(number).id),
  );
  expect(counted(board, 'quorumscope_incidents_removed_total')).toBe(3);
  expect(counted(board, 'quorumscope_incidents')).toBe(3);
  await recorder.close();
});

it('are shown and exported by id; what is not an id of ours opens nothing', async () => {
  const { recorder, intake } = setUp();
  const feed = intake.openFeed({ door: 'unix', peer: '1' });
  feed.write(linesOf(helloLine('a', 'r1'), view(0, 'a')));
  recorder.finding(doubleVote(1));
  await recorder.close();
  await intake.stop();
  const [listed] = await listIncidents(folder);
  const incident = await readIncident(folder, listed!.meta.id);
  expect(incident).toEqual(listed);
  for (const id of ['../x', '', `${listed!.meta.id}/..`])
    expect(await readIncident(folder, id)).toBeUndefined();
  const target = join(folder, 'export');
  const paths = await exportIncident(incident!, target);
  expect(paths.map((path) => readFileSync(path).length > 20)).toEqual([true, true]);
  let text = '';
  for await (const chunk of readEvents(incident!)) text += chunk.toString();
  expect(text.trim().split('\n')).toHaveLength(2);
});

it('leaves nothing half written: of a killed process, or on a folder that cannot be written', async () => {
  mkdirSync(join(folder, '.incident-20250101T000000Z-00000000.tmp'));
  const first = setUp();
  await first.recorder.written();
  expect(readdirSync(folder)).toEqual([]);
  await first.recorder.close();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { recorder, board } = setUp({ folder: join(file, 'no') });
  recorder.finding(doubleVote(1));
  await recorder.close();
  expect(counted(board, 'quorumscope_incidents_lost_total')).toBeGreaterThan(0);
});
