/** `simulate SCENARIO`, `--list` and `--fault`: what they run, what they refuse, and that the replay command holds. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioNames } from '../../../simulator/main.js';
import { runWords } from './world.js';

interface Document {
  readonly digest: string;
  readonly replay: string;
  readonly run: { readonly id: string; readonly validators: number; readonly seed: number };
  readonly messages: { readonly lost: number };
}

/** Splits as a shell does, as far as replay commands need it. */
function wordsOf(command: string): string[] {
  return (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

async function documentOf(words: readonly string[]): Promise<Document> {
  const { out, err } = await runWords([...words, '--json']);
  expect(err).toBe('');
  return JSON.parse(out) as Document;
}

/** Runs it, then what it calls its replay, and compares. */
async function replayed(words: readonly string[]): Promise<Document> {
  const first = await documentOf(words);
  const again = await documentOf(wordsOf(first.replay).slice(1));
  expect(again.digest).toBe(first.digest);
  expect(again.run).toEqual(first.run);
  expect(again.replay).toBe(first.replay);
  return first;
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'quorumscope-simulate-'));
}

describe('a scenario', () => {
  it('runs by its name, with a seed, and options override it', async () => {
    const first = await replayed(['simulate', '01a-leader-crash', '--seed', '7']);
    expect(first.run).toMatchObject({ validators: 4, seed: 7 });
    expect(first.replay).toBe('quorumscope simulate 01a-leader-crash --seed 7');
    const other = await replayed(
      'simulate leader-crash --seed 7 --validators 7 --duration 10s --loss 0.01'.split(' '),
    );
    expect(other.run.validators).toBe(7);
    expect(other.messages.lost).toBeGreaterThan(0);
  });

  it('runs from a file, and its truth goes to a file', async () => {
    const at = folder();
    const path = join(at, 'own.yaml');
    writeFileSync(
      path,
      'name: 99-own\ntitle: Own\ndescription: Own.\nduration: 8s\nwho: {gone: v2}\n' +
        'faults: [{kind: crash, validator: $gone, at: 2s}]\nexpect: {}\n',
    );
    const truth = join(at, 'truth.ndjson');
    expect((await runWords(['simulate', path, '--truth', truth])).code).toBe(0);
    const lines = readFileSync(truth, 'utf8').trim().split('\n');
    const told = lines.map(
      (line) => JSON.parse(line) as { type: string; cause?: string; culprits?: string[] },
    );
    expect(new Set(told.map(({ type }) => type))).toEqual(new Set(['fault', 'view', 'status']));
    const causes = told.filter(({ type }) => type === 'view').map(({ cause }) => cause);
    expect(new Set(causes)).toEqual(new Set(['leader_silent', 'collector_silent']));
    for (const { type, culprits } of told) if (type === 'view') expect(culprits).toEqual(['validator-2']);
  });

  it('that loses events leaves them out of the file, and their numbers are missing', async () => {
    const path = join(folder(), 'events.ndjson');
    await runWords(['simulate', '28a-event-loss', '--duration', '10s', '--events', path]);
    const seen = new Map<string, number>();
    const gaps = new Map<string, number>();
    for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
      const { type, node, seq } = JSON.parse(line) as { type: string; node: string; seq?: number };
      if (seq === undefined) continue;
      const stream = `${node} ${type.split('.')[0]}`;
      const missing = seq - (seen.get(stream) ?? -1) - 1;
      seen.set(stream, seq);
      if (missing > 0) gaps.set(node, (gaps.get(node) ?? 0) + missing);
    }
    expect(gaps.size).toBe(1);
    expect([...gaps.values()][0]).toBeGreaterThan(20);
  });

  it('is listed, for people and for programs', async () => {
    const people = await runWords(['simulate', '--list']);
    expect(people.code).toBe(0);
    for (const name of scenarioNames()) expect(people.out).toContain(name);
    const listed = JSON.parse((await runWords(['simulate', '--list', '--json'])).out) as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(scenarioNames());
  });
});

describe('any fault and any network', () => {
  it('runs again by its replay command', async () => {
    const first = await replayed([
      ...'simulate --views 150 --powers 2,1,1,1 --rotation weighted --latency normal:20ms,2ms'.split(' '),
      ...'--jitter 1ms --uplink 100000000 --loss 0.01 --loss-transport stream --duplicate 0.05'.split(' '),
      ...'--reorder 0.05 --reorder-by 10ms --backoff 1.2 --max-timeout 2s --transactions 20'.split(' '),
      ...'--block-transactions 5 --mempool-capacity 50'.split(' '),
      ...['--fault', 'partition groups=[[v0, v1],[v2,v3]] at=1s for=500ms'],
      ...['--fault', '{kind: slow, validator: any, delay: 30ms, at: 1s..2s}'],
    ]);
    expect(first.replay).toContain("--fault 'partition groups=[[v0, v1],[v2,v3]] at=1s for=500ms'");
  });

  it('with loads of every kind, and f + 1 twins, whose broken agreement is seen again', async () => {
    const trace = join(folder(), 'trace.csv');
    writeFileSync(trace, 'at_us,sender,bytes,fee\n1000,a,300,4\n500000,b,,9\n500000,b,700,1\n');
    await replayed([
      ...`simulate --views 60 --transactions-from ${trace} --mempool-capacity 2 --mempool-per-sender 1`.split(
        ' ',
      ),
      ...'--mempool-eviction lowest-fee --mempool-bytes 5000 --mempool-expiry 400ms'.split(' '),
    ]);
    const bursty =
      'simulate --views 60 --transactions 200 --bursts 100ms,400ms,0.1 --mempool-eviction oldest';
    await replayed(bursty.split(' '));
    const twins = ['--fault', 'twins validators=[v0,v1] apart=[v2] at=1s'];
    const { code, out } = await runWords(['simulate', '--duration', '5s', ...twins, '--json']);
    const first = JSON.parse(out) as Document & {
      safety: { violations: { rule: string; culprits?: number[] }[] };
    };
    expect(code).toBe(1);
    const broken = first.safety.violations.find(({ rule }) => rule === 'S1');
    expect(broken?.culprits).toEqual(expect.arrayContaining([0, 1]));
    const again = await runWords([...wordsOf(first.replay).slice(1), '--json']);
    const replay = JSON.parse(again.out) as typeof first;
    expect(again.code).toBe(1);
    expect([replay.digest, replay.safety]).toEqual([first.digest, first.safety]);
  });

  it('of the basic form too, over regions', async () => {
    await replayed(
      'simulate --protocol basic --vote2-to leader --latency aws --timeout 4s --views 40'.split(' '),
    );
  });
});

describe('what is wrong is named, all at once, with exit 2', () => {
  it.each<[string, string[], string[]]>([
    [
      'words',
      [
        ...'--views 0 --latency fast --loss 2 --powers 1,x --backoff 0.5 --uplink none --vote2-to me'.split(
          ' ',
        ),
        ...['--fault', 'partition groups=[[v0]] att=5s', '--fault', 'crash validator=v1 at=soon'],
        ...['--fault', 'meteor', '--fault', '{kind: ['],
      ],
      [
        '--views: found "0"',
        '--latency: found "fast"',
        '--loss: found "2"',
        '--powers: found "1,x"',
        '--backoff: found "0.5"',
        '--uplink: found "none"',
        '--vote2-to: found "me"',
        'att: found a key that is not known here',
        'at: found "soon", expected a duration',
        '--fault "meteor"',
        'YAML flow text',
      ],
    ],
    [
      'faults that do not fit',
      ['--views', '9', '--fault', 'crash validator=v9', '--fault', 'loss ratio=0.95 transport=stream'],
      ['found validator 9 of 4', 'loss.ratio: found 0.95'],
    ],
    [
      'settings that do not fit',
      ['--views', '9', '--powers', '1,1', '--vote2-to', 'leader'],
      ['--powers: expected 4 numbers', '--vote2-to'],
    ],
    ['a scenario that is not there', ['no-such-scenario'], ['there is no scenario "no-such-scenario"']],
    ['a file that is not there', ['./no-such.yaml'], ['cannot read the scenario']],
    ['a list of something', ['01a-leader-crash', '--list', '--seed', '4'], ['--list takes --json only']],
    ['a swarm of a scenario', ['01a-leader-crash', '--swarm', '2'], ['takes no scenario']],
    [
      'a drawn run of a scenario',
      ['01a-leader-crash', '--swarm-run', '2'],
      ['--swarm-run draws the network'],
    ],
  ])('%s', async (_name, words, expected) => {
    const { code, out, err } = await runWords(['simulate', ...words]);
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const text of expected) expect(err).toContain(text);
  });

  it('words, references and sizes of a command in one message', async () => {
    const { code, err } = await runWords([
      ...'simulate --duration 1s --powers 1,1 --timeout 100ms --max-timeout 50ms --latency foo'.split(' '),
      ...'--transactions-from ./none.csv --bursts 5 --crash v7@5s --delay -3'.split(' '),
      ...[
        '--fault',
        'crash validator=v9',
        '--fault',
        'meteor',
        '--fault',
        'loss ratio=0.95 transport=stream',
      ],
    ]);
    expect(code).toBe(2);
    for (const problem of [
      '--powers: expected 4 numbers each',
      '--max-timeout: expected at least --timeout',
      '--latency: found "foo"',
      '--transactions-from: ./none.csv: found ENOENT',
      '--bursts: found "5"',
      '--crash: validator: found 7, expected validator-0 to validator-3',
      '--delay: found "-3", expected a duration',
      '--fault: found validator 9 of 4',
      '--fault "meteor": kind: found "meteor"',
      '--fault: loss.ratio: found 0.95',
    ])
      expect(err).toContain(problem);
    expect(err.match(/^ {2}\S/gm)).toHaveLength(10);
  });

  it('a number of validators that cannot be makes no others wrong', async () => {
    const { err } = await runWords(
      'simulate --duration 1s --validators 1 --powers 1,1,1 --crash v6@1s --uplink 0'.split(' '),
    );
    expect(err.match(/^ {2}\S.*/gm)).toEqual([
      '  --validators: found "1", expected a whole number from 2 to 10000',
      expect.stringContaining('  --uplink: found "0"'),
    ]);
  });

  it('words, references, sizes and files of a scenario, and the words beside it, in one message', async () => {
    const path = join(folder(), 'own.yaml');
    const text = [
      'name: 99-own',
      'title: Own',
      'description: Own.',
      'duration: 5s',
      'powers: [1, 1, 1]',
      'netwrk: {}',
      'timers: { view: 500ms, max: 100ms }',
      'workload: { transactions_per_second: 10, trace: ./none.csv }',
      'who: { a: v9 }',
      'faults:',
      '  - { kind: crash, validator: v0, at: soon }',
      '  - { kind: slow, validator: v7 }',
      '  - { kind: crash, validator: $b }',
      'expect: { required: [{ cause: nonsense }] }',
      '',
    ];
    writeFileSync(path, text.join('\n'));
    const { code, err } = await runWords(['simulate', path, '--seed', 'x']);
    expect(code).toBe(2);
    for (const problem of [
      '--seed: found "x"',
      `${path}:5:1  powers`,
      `${path}:6:1  netwrk`,
      `${path}:7:24  timers.max`,
      `${path}:8:42  workload.trace`,
      `${path}:9:8  who.a`,
      `${path}:11:35  faults[0].at`,
      `${path}:12:5  faults[1].delay`,
      'found validator 7 of 4',
      `${path}:13:5  faults[2]`,
      `${path}:14:22  expect.required[0]`,
    ])
      expect(err).toContain(problem);
  });

  it('problems of a file, with line and column', async () => {
    const path = join(folder(), 'own.yaml');
    writeFileSync(
      path,
      'name: own\ntitle: Own\ndescription: Own.\nexpect: {}\nfaults:\n  - {kind: slow, validator: v0}\n',
    );
    const { code, err } = await runWords(['simulate', path]);
    expect(code).toBe(2);
    expect(err).toContain(`${path}:1:1  name`);
    expect(err).toContain(`${path}:6:5  faults[0].delay`);
  });
});
