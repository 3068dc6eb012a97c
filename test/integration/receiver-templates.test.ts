/**
 * Receivers' own templates beside a real Alertmanager: the same file of routes, the same files of templates and the same
 * alerts give the same texts in Slack, PagerDuty, Discord, Telegram and mail. `amtool template render` is asked about the
 * language itself.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Notification, NotifiedAlert } from '../../src/alerts/channels/notification.js';
import { renderWebhook } from '../../src/alerts/channels/webhook.js';
import { TemplateSet } from '../../src/alerts/template/template-set.js';
import { Sink } from '../support/alert-sink.js';
import { Child, eventually } from '../support/child.js';

const hasAlertmanager = ((): boolean => {
  try {
    execFileSync('amtool', ['--version'], { stdio: 'ignore' });
    execFileSync('prometheus-alertmanager', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const DEFAULTS = '/usr/share/prometheus/alertmanager/default.tmpl';

const OWN = `{{ define "own.title" }}{{ .Status | toUpper }} {{ .GroupLabels.alertname }}{{ end }}
{{ define "own.list" }}{{ range $i, $a := .Alerts }}{{ if $i }}; {{ end }}{{ $a.Labels.node_id }}: {{ $a.Annotations.summary }}{{ end }}{{ end }}
{{ define "slack.default.text" }}{{ template "own.list" . }}{{ end }}`;

describe.skipIf(!hasAlertmanager)('the language (skipped without `prometheus-alertmanager`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-amtool-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const alert = (name: string, labels: Record<string, string>, summary: string): NotifiedAlert => ({
    id: '0123456789abcdef',
    isFiring: name !== 'Cold',
    labels: { alertname: name, ...labels },
    annotations: summary === '' ? {} : { summary },
    startsAtUs: Date.parse('2026-01-02T03:04:05.678Z') * 1000,
    endsAtUs: name === 'Cold' ? Date.parse('2026-01-02T04:00:00Z') * 1000 : undefined,
    generatorUrl: 'http://g/x?a=1&b=2',
  });
  const notification: Notification = {
    receiver: 'ops.team',
    groupKey: '{}',
    reason: 'first',
    isFiring: true,
    groupLabels: { severity: 'c' },
    commonLabels: { severity: 'c', chain_id: 'main' },
    commonAnnotations: { runbook: 'javascript:x' },
    alerts: [
      alert('Hot', { node: 'v1', severity: 'c' }, `a <b> "q" 's' + & é`),
      alert('Hot', { node: 'v2', severity: 'c' }, 'zwei'),
      alert('Cold', { severity: 'c' }, ''),
    ],
    externalUrl: 'http://h:1/p',
  };
  const data = join(folder, 'data.json');
  const own = join(folder, 'own.tmpl');

  beforeAll(() => {
    const { receiver, ...rest } = renderWebhook(notification, 0);
    writeFileSync(data, JSON.stringify({ ...rest, receiver: String(receiver).replace('.', '\\.') }));
    writeFileSync(own, OWN);
  });

  /** What both say; a failure is only that. */
  const both = (source: string, as: 'text' | 'html'): { readonly ours: string; readonly theirs: string } => {
    const set = new TemplateSet();
    const problems: string[] = [];
    set.addFile('own.tmpl', OWN, ({ message }) => problems.push(message));
    const text = set.text(source, ({ message }) => problems.push(message));
    set.finish();
    const expanded = text?.expand(notification, 0, as);
    const ours =
      problems.length === 0 && expanded !== undefined && 'text' in expanded ? expanded.text : '<failed>';
    try {
      const words = ['template', 'render', `--template.glob=${DEFAULTS}`, `--template.glob=${own}`];
      const theirs = execFileSync(
        'amtool',
        [...words, `--template.type=${as}`, `--template.text=${source}`, `--template.data=${data}`],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      return { ours: ours.trimEnd(), theirs: theirs.trimEnd() };
    } catch {
      return { ours, theirs: '<failed>' };
    }
  };

  it.each([
    ...['slack.default.title', 'slack.default.fallback', 'slack.default.titlelink', 'slack.default.text'],
    ...['pagerduty.default.client', 'pagerduty.default.clientURL', 'pagerduty.default.description'],
    ...['telegram.default.message', 'discord.default.title', 'discord.default.message', 'own.title'],
  ])('says in %s what Alertmanager says', (name) => {
    const { ours, theirs } = both(`{{ template "${name}" . }}`, 'text');
    expect(ours).toBe(theirs);
    expect(ours).not.toBe('<failed>');
  });

  it.each([
    '{{ template "pagerduty.default.instances" .Alerts.Firing }}',
    '{{ .CommonLabels }} {{ .Alerts.Firing | len }} {{ (index .Alerts 0).Labels.node }} {{ (index .Alerts 0).StartsAt }}',
    '{{ range .Alerts }}{{ .StartsAt.Format "Mon Jan _2 15:04:05.000 MST 2006 -07:00 Z07:00 03PM 06" }};{{ .EndsAt.Unix }};{{ .EndsAt.IsZero }} {{ end }}',
    '{{ .CommonLabels.nope }}|{{ index .CommonLabels "severity" }} {{ index .CommonLabels "no" }}|',
    '{{ range $i, $a := .Alerts }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ $a.Labels.alertname }}{{ end }}',
    '{{ range .Alerts }}{{ .Status }}{{ break }}{{ end }}',
    `{{ title "heLLO wORLD foo_bar a.b don't 2nd x-y" }}`,
    '{{ reReplaceAll "(a)(b*)" "<$2$1>" "xabbay" }} {{ reReplaceAll "x*" "-" "abxc" }} {{ match "b" "abc" }}',
    '{{ join ":" (stringSlice "a" "b") }} {{ len "é" }} {{ slice "abcdef" 1 3 }} {{ html "<a>" }}',
    '{{ with .CommonLabels.Remove (stringSlice "severity") }}{{ range .SortedPairs }}{{ .Name }}={{ .Value }}{{ end }}{{ end }}',
    '{{ "a b&c" | urlquery }} {{ not true }} {{ and 1 0 }} {{ or "" "x" }} {{ eq "a" "b" "a" }} {{ ne 1 2 }} {{ ge "b" "a" }}',
    '{{ define "loc" }}[{{ . }}]{{ end }}{{ template "loc" .Status }}{{ block "b1" .Receiver }}({{ . }}){{ end }}',
    '{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}{{- /* c */ -}} x {{- " y" }}',
    '{{ range .Alerts.Resolved }}{{ .Labels.Names }} {{ .Labels.SortedPairs }}{{ else }}none{{ end }}',
    '{{ if and .Alerts (eq (len .Alerts) 3) }}three{{ end }} {{ .Alerts | len | printf "%03d" }}',
    '{{ (index .Alerts 0).StartsAt.Weekday }} {{ (index .Alerts 0).StartsAt.Month }} {{ (index .Alerts 0).StartsAt.Year }}',
    '{{ print 1 2 "a" "b" 3 }} {{ println "a" 1 }}{{ printf "%d %5.1f|%-5s|%q|%v" 3 2.5 "a" "b" true }}',
    '{{ template "own.list" . }}|{{ .Alerts.Firing | len | eq 2 }}',
    '{{ .Nope }}',
    '{{ .Alerts.Foo }}',
    '{{ index .Alerts 7 }}',
    '{{ template "gone" . }}',
  ])('reads %s as Alertmanager does', (source) => {
    const { ours, theirs } = both(source, 'text');
    expect(ours).toBe(theirs);
  });

  it.each([
    '<b>{{ .CommonLabels.severity }}</b> {{ range .Alerts }}{{ .Annotations.summary }}<a href="{{ .GeneratorURL }}" title="{{ .Annotations.summary }}">x</a>{{ end }}',
    '<a href="{{ .CommonAnnotations.runbook }}">r</a>',
    '<a href="http://x/?q={{ .Receiver }}&z={{ .ExternalURL }}">r</a>',
    '<a href="{{ template "__alertmanagerURL" . }}">r</a>',
    '<i>{{ safeHtml "<u>" }}</i>{{ "<u>" }}',
    '<a href="/a b{{ (index .Alerts 0).Annotations.summary }}">',
  ])('escapes %s as Alertmanager does', (source) => {
    const { ours, theirs } = both(source, 'html');
    expect(ours).toBe(theirs);
  });
});

describe.skipIf(!hasAlertmanager)('the receivers (skipped without `prometheus-alertmanager`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-receivers-'));
  const EXTERNAL = 'http://alerts.example.org:9093';
  const closers: (() => unknown)[] = [];
  let ourSide: Side;
  let theirSide: Side;

  interface Side {
    readonly sink: Sink;
    readonly mails: string[];
    readonly file: string;
    url: string;
  }

  const routing = (http: string, smtp: number): string => `
global: {resolve_timeout: 1h, smtp_smarthost: '127.0.0.1:${smtp}', smtp_from: a@example.org, smtp_require_tls: false}
templates: ['*.tmpl']
route: {receiver: all, group_by: [alertname], group_wait: 1s, group_interval: 2s}
receivers:
  - name: all
    slack_configs:
      - api_url: ${http}/slack
        send_resolved: true
        channel: '#{{ .CommonLabels.severity }}'
        username: '{{ template "slack.default.username" . }}'
        title: '{{ template "own.title" . }}'
        title_link: '{{ template "slack.default.titlelink" . }}'
        text: '{{ template "slack.default.text" . }}'
        color: '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}'
        fallback: '{{ template "slack.default.fallback" . }}'
        pretext: |-
          {{ range .Alerts -}}
          - {{ .Labels.node_id }}
          {{ end }}
        fields:
          - {title: '{{ .Status }}', value: '{{ len .Alerts }}', short: true}
          - {title: receiver, value: '{{ .Receiver }}'}
        actions:
          - {type: button, text: 'look', url: '{{ .ExternalURL }}'}
    pagerduty_configs:
      - url: ${http}/pagerduty
        routing_key: some-key
        description: '{{ template "pagerduty.default.description" . }}'
        severity: '{{ .CommonLabels.severity }}'
        class: '{{ .GroupLabels.alertname }}'
        component: 'one {{ .CommonLabels.chain_id }}'
        client: '{{ template "pagerduty.default.client" . }}'
        client_url: '{{ template "pagerduty.default.clientURL" . }}'
        details: {own: '{{ template "own.list" . }}'}
        links: [{href: 'http://x/{{ .Status }}', text: '{{ .Status }}'}]
    discord_configs:
      - {webhook_url: '${http}/discord', title: '{{ template "discord.default.title" . }}', message: '{{ template "discord.default.message" . }}'}
    telegram_configs:
      - {api_url: '${http}', bot_token: '1:t', chat_id: 7, message: '<b>{{ template "own.title" . }}</b> {{ template "own.list" . }}'}
    email_configs:
      - to: ops@example.org
        send_resolved: true
        headers: {Subject: '{{ template "email.default.subject" . }}', X-Own: '{{ .Status }}'}
        text: '{{ template "own.list" . }}'
        html: '<b>{{ template "own.list" . }}</b>'
`;

  const open = async (name: string): Promise<Side> => {
    const sink = await Sink.open();
    sink.answer = (response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"ok": true, "result": {"message_id": 1, "chat": {"id": 7}}}');
    const mails: string[] = [];
    const server = new SMTPServer({
      logger: false,
      authOptional: true,
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(
      () => sink.close(),
      () => new Promise<void>((resolve) => server.close(resolve)),
    );
    const file = join(folder, `${name}.yml`);
    writeFileSync(file, routing(sink.url, (server.server.address() as AddressInfo).port));
    return { sink, mails, file, url: '' };
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'own.tmpl'), OWN);
    ourSide = await open('ours');
    theirSide = await open('theirs');
    const sidecar = Child.cli([
      ...['run', '--listen', '127.0.0.1:0', '--socket', `unix://${join(folder, 'events.sock')}`],
      ...['--set', `notify.config_file=${ourSide.file}`, '--set', `notify.external_url=${EXTERNAL}`],
      ...['--set', 'rules.enabled=false'],
    ]);
    closers.unshift(() => sidecar.stop());
    ourSide.url = `http://${(await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)/))[1]!}`;
    const alertmanager = new Child('prometheus-alertmanager', [
      `--config.file=${theirSide.file}`,
      `--storage.path=${join(folder, 'theirs')}`,
      ...['--web.listen-address=127.0.0.1:0', '--cluster.listen-address='],
      `--web.external-url=${EXTERNAL}`,
    ]);
    closers.unshift(() => alertmanager.stop());
    const [, address] = await alertmanager.printed(/msg="Listening on" address=(\S+)/);
    theirSide.url = `http://${address}`;
    const ready = async (): Promise<true | undefined> =>
      (await fetch(`${ourSide.url}/readyz`).catch(() => undefined))?.ok === true ? true : undefined;
    await eventually(ready, 20_000, 'the sidecar is ready');
  }, 60_000);

  afterAll(async () => {
    for (const close of closers) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  // An alert that began longer ago than `group_wait` is told at once, without those that come with it.
  let beganMs: number | undefined;
  const post = async (ends: boolean): Promise<void> => {
    const from = (beganMs ??= Date.now());
    const endsAt = new Date().toISOString();
    const alerts = ['v1', 'v2'].map((node, i) => ({
      labels: { alertname: 'Hot', severity: 'critical', chain_id: 'main', node_id: node },
      annotations: { summary: `it <is> "${node}" & more` },
      startsAt: new Date(from + i).toISOString(),
      ...(ends ? { endsAt } : {}),
      generatorURL: 'http://g/x',
    }));
    for (const { url } of [ourSide, theirSide]) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers,
        body: JSON.stringify(alerts),
      });
      expect(response.status).toBe(200);
    }
  };

  const PATHS = ['/slack', '/pagerduty', '/discord', '/bot1:t/sendMessage'];
  /** The messages of one path, and mails, in the order in which they came. */
  const heard = async (side: Side, count: number): Promise<Record<string, Record<string, unknown>>> => {
    const at = (path: string): Record<string, unknown>[] =>
      side.sink.asked.filter((one) => one.path === path).map(({ body }) => body);
    await eventually(
      () =>
        Promise.resolve(
          (PATHS.every((path) => at(path).length >= count) && side.mails.length >= count) || undefined,
        ),
      30_000,
      `${count} messages at each receiver`,
    );
    return Object.fromEntries(PATHS.map((path) => [path, at(path)[count - 1]!]));
  };

  const pick = (body: unknown, names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, (body as Record<string, unknown>)[name]]));

  it('are told in the same words by both', async () => {
    await post(false);
    for (const [count, isEnd] of [
      [1, false],
      [2, true],
    ] as const) {
      if (isEnd) await post(true);
      const [ours, theirs] = await Promise.all([heard(ourSide, count), heard(theirSide, count)]);
      const slack = (body: Record<string, unknown>): unknown => [
        pick(body, ['channel', 'username']),
        pick((body['attachments'] as unknown[])[0], [
          ...['title', 'title_link', 'text', 'color', 'fallback', 'pretext', 'fields', 'actions'],
        ]),
      ];
      expect(slack(ours['/slack']!)).toEqual(slack(theirs['/slack']!));
      expect(JSON.stringify(ours['/slack'])).toContain(isEnd ? 'RESOLVED Hot' : 'FIRING Hot');
      const embed = (body: Record<string, unknown>): unknown =>
        pick((body['embeds'] as unknown[])[0], ['title', 'description']);
      expect(embed(ours['/discord']!)).toEqual(embed(theirs['/discord']!));
      const telegram = ['text', 'parse_mode'];
      expect(pick(ours[PATHS[3]!], telegram)).toEqual(pick(theirs[PATHS[3]!], telegram));
      const mail = (text: string): unknown => ({
        subject: /^Subject: (.*(?:\r?\n[ \t].*)*)/im.exec(text)?.[1],
        own: /^X-Own: (.*)/im.exec(text)?.[1]?.trim(),
        text: decoded(text, 'text/plain'),
        html: decoded(text, 'text/html'),
      });
      const [ourMail, theirMail] = [ourSide.mails[count - 1]!, theirSide.mails[count - 1]!];
      expect(mail(ourMail)).toEqual(mail(theirMail));
      if (isEnd) continue;
      const event = (body: Record<string, unknown>): unknown => ({
        ...pick(body, ['event_action', 'client', 'client_url', 'links']),
        ...pick(body['payload'], ['summary', 'severity', 'class', 'component']),
        own: (body['payload'] as { custom_details: { own: string } }).custom_details.own,
      });
      expect(event(ours['/pagerduty']!)).toEqual(event(theirs['/pagerduty']!));
    }
  }, 90_000);
});

/** The text of one part of a mail, whatever it was encoded with. */
function decoded(mail: string, type: string): string {
  const part =
    mail
      .split(/\r?\n--[^\n]*\r?\n/)
      .find((one) => one.toLowerCase().startsWith(`content-`) && one.toLowerCase().includes(type)) ?? '';
  const [head = '', ...rest] = part.split(/\r?\n\r?\n/);
  const body = rest.join('\n\n').trim();
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8').trim();
  if (!/quoted-printable/i.test(head)) return body;
  return body
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
    .trim();
}
