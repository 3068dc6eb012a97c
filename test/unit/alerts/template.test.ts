import { describe, expect, it } from 'vitest';
import { Template } from '../../../src/alerts/template/template.js';

const data = {
  labels: { node: 'n1', job: 'j' },
  value: 1234.5678,
  externalLabels: {},
  externalUrl: 'http://host/base',
};
const answer = [
  { Labels: { cause: 'b' }, Value: 2 },
  { Labels: { cause: 'a' }, Value: 1 },
];
const expand = (text: string): Promise<string> =>
  new Template(text).expand(data, (query) =>
    query === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(query === 'none' ? [] : answer),
  );

describe('Template', () => {
  // Expectations are what Prometheus prints for the same text.
  it.each([
    ['plain', 'plain'],
    ['{{ $labels.node }} is {{ $value }}', 'n1 is 1234.5678'],
    ['{{ .Labels.job }}{{ $labels.absent }}!', 'j!'],
    ['{{ $value | humanize }} {{ humanize1024 2048.0 }} {{ 0.00123 | humanize }}', '1.235k 2ki 1.23m'],
    [
      '{{ humanizeDuration 93784.0 }} {{ humanizeDuration 0.25 }} {{ 0 | humanizeDuration }}',
      '1d 2h 3m 4s 250ms 0s',
    ],
    [
      '{{ 0.12345 | humanizePercentage }} {{ 1435065584.128 | humanizeTimestamp }}',
      '12.35% 2015-06-23 13:19:44.128 +0000 UTC',
    ],
    ['{{ printf "%.2f|%s|%d|%5s|%-4s|%q|%%" 1.005 "x" 3 "r" "l" "q" }}', '1.00|x|3|    r|l   |"q"|%'],
    ['{{ if gt $value 1.0 }}big{{ else }}small{{ end }}', 'big'],
    ['{{ if eq $labels.node "x" }}1{{ else if eq $labels.node "n1" "n2" }}2{{ end }}', '2'],
    ['{{ with query "x" }}{{ range . }}{{ .Labels.cause }}={{ .Value }} {{ end }}{{ end }}', 'b=2 a=1 '],
    ['{{ range query "x" | sortByLabel "cause" }}{{ .Labels.cause }}{{ end }}', 'ab'],
    ['{{ range query "none" }}x{{ else }}nothing{{ end }}', 'nothing'],
    ['{{ query "x" | first | value }} {{ query "x" | first | label "cause" }}', '2 b'],
    ['{{ printf "up{n=\'%s\'}" $labels.node | query | len }}', '2'],
    ['a {{- /* gone */ -}} b {{- " c" }}', 'ab c'],
    ['{{ $x := "a" }}{{ if true }}{{ $x = "b" }}{{ end }}{{ $x }}', 'b'],
    ['{{ range $i, $s := query "x" }}{{ $i }}{{ $s.Labels.cause }}{{ end }}', '0b1a'],
    ['{{ "HELLO" | toLower | title }} {{ match "^n[0-9]$" $labels.node }}', 'Hello true'],
    ['{{ externalURL }} {{ pathPrefix }} {{ stripPort "h:1" }}', 'http://host/base /base h'],
  ])('expands %s', async (text, expected) => {
    expect(await expand(text)).toBe(expected);
  });

  it('tells what went wrong instead of failing', async () => {
    expect(await expand('{{ query "bad" }}')).toBe('<error expanding template: no>');
    expect(await expand('{{ query "none" | first }}')).toMatch(/^<error expanding template: .*no elements>$/);
  });

  it.each([
    ['{{ foo 1 }}', '1: function "foo" not defined'],
    ['x\n{{ $y }}', '2: undefined variable "$y"'],
    ['{{ if true }}x', 'unexpected end of the template: an {{end}} is missing'],
    ['{{ end }}', '1: unexpected {{end}}'],
    ['{{ define "x" }}{{ end }}', '1: {{define}} is not supported'],
    ['{{ $value', '1: unclosed action'],
    ['{{ $value | 3 }}', '1: only functions may stand after |'],
    ['{{ }}', '1: missing value for command'],
  ])('refuses %s', (text, problem) => {
    expect(Template.problemOf(text)).toBe(problem);
  });
});
