import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Notification, NotifiedAlert } from '../../../src/alerts/channels/notification.js';
import { parseRouting } from '../../../src/alerts/routing/parse-routing.js';
import { templateReader } from '../../../src/alerts/routing/template-files.js';
import { TemplateSet } from '../../../src/alerts/template/template-set.js';

const START_US = Date.parse('2026-01-02T03:04:05.678Z') * 1000;

const alert = (name: string, isFiring: boolean, summary: string): NotifiedAlert => ({
  id: '0123456789abcdef',
  isFiring,
  labels: { alertname: name, node_id: 'v1' },
  annotations: { summary },
  startsAtUs: START_US,
  endsAtUs: isFiring ? undefined : START_US + 60e6,
  generatorUrl: 'http://h/graph?a=1',
});

const notification = (summary = 'so it is'): Notification => ({
  receiver: 'ops.team',
  groupKey: '{}',
  reason: 'first',
  isFiring: true,
  groupLabels: { alertname: 'Hot' },
  commonLabels: { alertname: 'Hot', node_id: 'v1' },
  commonAnnotations: {},
  alerts: [alert('Hot', true, summary), alert('Hot', false, 'over')],
  externalUrl: 'http://127.0.0.1:1',
});

/** The text, or its problems in brackets. */
function said(source: string, as: 'text' | 'html' = 'text', what = notification(), nowUs = START_US): string {
  const problems: string[] = [];
  const set = new TemplateSet();
  const tell = ({ place, message }: { place: { line: number; column: number }; message: string }): void =>
    void problems.push(`${place.line}:${place.column} ${message}`);
  const text = set.text(source, tell);
  set.finish();
  if (text === undefined || problems.length > 0) return `[${problems.join('; ')}]`;
  const expanded = text.expand(what, nowUs, as);
  return 'text' in expanded ? expanded.text : `<${expanded.problem}>`;
}

describe('a template of a receiver', () => {
  // What Alertmanager 0.25 has too is held against it in test/integration/receiver-templates.test.ts.
  it.each([
    ['{{ (index .Alerts 0).StartsAt | date "2006-01-02 15:04:05" }}', '2026-01-02 03:04:05'],
    ['{{ (index .Alerts 0).StartsAt | tz "Europe/Paris" | date "15:04 MST -0700" }}', '04:04 CET +0100'],
    ['{{ since (index .Alerts 0).StartsAt }}', '1h2m3.5s'],
    ['{{ since (index .Alerts 0).StartsAt | humanizeDuration }}', '1h 2m 3s'],
    ['{{ trimSpace "  a " }}|{{ humanizeDuration 90 }}', 'a|1m 30s'],
    [
      '{{ tz "Nowhere/At all" (index .Alerts 0).StartsAt }}',
      '<error calling tz: unknown time zone Nowhere/At all>',
    ],
  ])('%s says %s', (source, expected) => {
    expect(said(source, 'text', notification(), START_US + 3_723_500_000)).toBe(expected);
  });

  it.each([
    ['a\n {{ nope 1 }}', '[2:2 function "nope" not defined]'],
    ['{{ template "gone" . }}', '[1:1 template "gone" not defined]'],
    [
      '{{ if .Status }}{{ define "x" }}{{ end }}{{ end }}',
      '[1:17 unexpected {{define}}: it stands within another block]',
    ],
    ['{{ break }}', '[1:1 {{break}} outside {{range}}]'],
    ['{{ query "up" }}', '[1:1 function "query" not defined]'],
  ])('is refused when it is read: %s', (source, expected) => {
    expect(said(source)).toBe(expected);
  });

  it.each([
    ['{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}', /templates within templates/],
    ['{{ printf "%999999999d" 1 }}', /wider than/],
    [
      `{{ $x := "0123456789" }}${'{{ $x = print $x $x }}'.repeat(40)}{{ $x }}`,
      /longer than 262144 characters/,
    ],
    [
      `{{ define "x" }}${'{{ template "y" . }}'.repeat(100)}{{ end }}{{ define "y" }}${'{{ template "z" . }}'.repeat(100)}{{ end }}{{ define "z" }}${'{{ .Status }}'.repeat(100)}{{ end }}{{ template "x" . }}`,
      /steps|longer/,
    ],
    [`{{ ${'('.repeat(5000)}.Status${')'.repeat(5000)} }}`, /parentheses within parentheses/],
    [
      '{{ reReplaceAll "(a*)*(a*)*(a*)*b" "" (printf "%900s" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") | len }}',
      /^900$/,
    ],
  ])('ends soon, whatever it is: %#', (source, expected) => {
    const before = process.cpuUsage().user;
    expect(said(source)).toMatch(expected);
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
  });

  it('can be no markup in HTML, wherever a value stands', () => {
    const evil = notification(`"'><script>x</script>`);
    expect(said('<p title="{{ (index .Alerts 0).Annotations.summary }}">', 'html', evil)).toBe(
      '<p title="&#34;&#39;&gt;&lt;script&gt;x&lt;/script&gt;">',
    );
    const script = notification('javascript:alert(1)');
    expect(said('<a href="{{ (index .Alerts 0).Annotations.summary }}">', 'html', script)).toBe(
      '<a href="#ZgotmplZ">',
    );
    expect(said('<script>{{ .Status }}</script>', 'html')).toMatch(/^<a value may not stand within a script/);
    expect(said('<p onclick="{{ .Status }}">', 'html')).toMatch(/^<a value may not stand/);
    expect(said('<p class={{ .Status }}>', 'html')).toMatch(/^<a value may not stand/);
  });

  it('writes text in HTML without any bracket or quote of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (summary) => {
        const html = said(
          '<i t="{{ (index .Alerts 0).Annotations.summary }}">{{ (index .Alerts 0).Annotations.summary }}</i>',
          'html',
          notification(summary),
        );
        const inner = html.slice('<i t="'.length, -'</i>'.length);
        expect(inner.split('">')).toHaveLength(2);
        expect(inner.replace('">', '')).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('never throws, whatever is written', () => {
    const words = [
      '{{',
      '}}',
      '{{-',
      '-}}',
      '.',
      '.Alerts',
      '$',
      ':=',
      '|',
      '(',
      ')',
      '"a"',
      'range',
      'if',
      'with',
    ];
    const more = [
      'end',
      'else',
      'define',
      'template',
      'block',
      'len',
      'index',
      '1',
      '/*',
      '*/',
      ' ',
      '\n',
      'x',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words, ...more), { maxLength: 30 }), (parts) => {
        expect(typeof said(parts.join(' '))).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('templates of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-templates-'));
  beforeAll(() => {
    mkdirSync(join(folder, 'tmpl'));
    writeFileSync(
      join(folder, 'tmpl/a.tmpl'),
      '{{ define "own.title" }}{{ .Status }} of {{ .GroupLabels.alertname }}{{ end }}',
    );
    writeFileSync(join(folder, 'tmpl/b.tmpl'), 'x\n{{ define "bad" }}\n  {{ nope }}{{ end }}');
    writeFileSync(join(folder, 'tmpl/c.txt'), '{{ no template }}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const parsed = (templates: string, slack: string): ReturnType<typeof parseRouting> =>
    parseRouting(
      `templates: [${templates}]\nroute: {receiver: a}\nreceivers:\n  - name: a\n    slack_configs:\n      - api_url: http://h/x\n${slack}`,
      templateReader(folder),
    );

  it('are found by patterns beside the configuration and used by receivers', () => {
    const read = parsed("'tmpl/[ab]*.t?pl'", `        title: '{{ template "own.title" . }}'`);
    expect(read).toMatchObject({ problems: [{ message: 'function "nope" not defined' }] });
    const good = parsed("'tmpl/a.*', 'none/*.tmpl'", `        title: '{{ template "own.title" . }}'`);
    if ('problems' in good) throw new Error(JSON.stringify(good.problems));
    const [slack] = good.routing.receivers.get('a')!.channels;
    expect(slack!.texts!['title']!.expand(notification(), START_US, 'text')).toEqual({
      text: 'firing of Hot',
    });
  });

  it('are wrong at a file, a line and a column', () => {
    const at = (read: ReturnType<typeof parseRouting>): string[] =>
      'problems' in read
        ? read.problems.map(
            ({ file, line, column, message }) =>
              `${file?.replace(folder, '') ?? ''}:${line}:${column} ${message}`,
          )
        : [];
    expect(at(parsed("'tmpl/b.tmpl'", ''))).toEqual(['/tmpl/b.tmpl:3:3 function "nope" not defined']);
    expect(at(parsed('', `        title: 'a {{ nope }}'`))).toEqual([':7:19 function "nope" not defined']);
    expect(at(parsed('', `        title: {{ nope }}`)).length).toBeGreaterThan(0);
    expect(
      at(
        parsed(
          '',
          `        text: |-\n          one\n          two {{ template "gone" }}\n        color: '{{ .X'`,
        ),
      ),
    ).toEqual([':9:15 template "gone" not defined', ':10:17 unclosed action']);
    expect(at(parsed('', `        text: "a\\n{{ nope }}"`))[0]).toMatch(/^:7:\d+ 2:1 of the text: function/);
  });
});
