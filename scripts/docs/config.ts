/**
 * docs/CONFIG.md from the settings themselves: what is documented is what is parsed.
 */
import { DEFAULT_CONFIG_FILE } from '../../src/config/file.js';
import type { Section } from '../../src/config/section.js';
import { pathOf, sectionList, variableOf } from '../../src/config/sections.js';
import type { Parts, Setting } from '../../src/config/setting.js';

/** The page. */
export function renderConfig(): string {
  return `${[intro(), example(), ...sectionList.map(renderSection)].join('\n\n')}\n`;
}

function intro(): string {
  return `# Configuration

Generated from the settings in \`src/config\`; do not edit.

A setting comes from, in this order, the later one winning: its default; the YAML file given by \`--config\`, else
\`${DEFAULT_CONFIG_FILE}\` if it exists; the environment; flags. \`quorumscope check config FILE\` says
whether a file is good. All problems are told at once, each with its place, what was found and what was expected.

- Every setting has a variable: \`metrics.window\` is \`${variableOf('metrics.window')}\`. A variable that begins with
  \`QUORUMSCOPE_\` and belongs to no setting is a problem (\`QUORUMSCOPE_EVENTS\` is the producers'; it is left alone).
- Every setting can be given to \`run\` as \`--set metrics.window=30s\`; some have a flag of their own.
- Durations are written \`500ms\`, \`5s\`, \`1m30s\`, \`1h\`, \`7d\`; sizes \`64MiB\` (1024s) or \`64MB\` (1000s).
- An unknown setting is a problem, never ignored.`;
}

function example(): string {
  return `\`\`\`yaml
chain:
  validators: { 0x8f3124c9: alice, 0x02ac7711: bob }
metrics:
  window: 30s
server:
  listen: 127.0.0.1:10920
log:
  format: json
\`\`\``;
}

function renderSection(section: Section): string {
  const title = section.name === '' ? 'Top of the file' : `\`${section.name}\``;
  const settings = Object.entries(section.settings).map(([key, setting]) =>
    renderSetting(pathOf(section, key), setting),
  );
  const doc = section.name === '' ? '' : `${section.doc}\n\n`;
  const whole = section.settings[''];
  if (whole?.parts !== undefined)
    return `## ${title}\n\n${doc}${renderParts(section.name, whole, whole.parts)}`;
  return `## ${title}\n\n${doc}${settings.join('\n\n')}`;
}

function renderSetting(path: string, setting: Setting): string {
  const facts = [
    `${setting.type}, default \`${showDefault(setting.fallback)}\``,
    `variable \`${variableOf(path)}\``,
    ...(setting.flag === undefined ? [] : [`flag \`${setting.flag}\``]),
  ];
  const expects = setting.type === setting.expected ? '' : ` Takes ${setting.expected}.`;
  return `### \`${path}\`\n\n${setting.doc}${expects}\n\n${facts.join(' · ')}`;
}

function renderParts(path: string, setting: Setting, { kinds }: Parts): string {
  const list = Object.entries(kinds);
  const shared = Object.keys(list[0]![1].settings).filter((key) =>
    list.every(([, { settings }]) => settings[key] === list[0]![1].settings[key]),
  );
  const facts = `${setting.type}, default \`${showDefault(setting.fallback)}\` · variable \`${variableOf(path)}\` (as YAML)`;
  const row = (key: string, one: Setting): string => {
    const fallback = one.isRequired ? '**required**' : `\`${showDefault(one.fallback)}\``;
    return `| \`${key}\` | ${one.type.replaceAll('|', '\\|')} | ${fallback} | ${one.doc} |`;
  };
  const table = (rows: readonly string[]): string =>
    ['| setting | type | default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const common = table(shared.map((key) => row(key, list[0]![1].settings[key]!)));
  const sections = list.map(([name, { doc, settings }]) => {
    const own = Object.entries(settings).filter(([key]) => !shared.includes(key));
    return `### \`kind: ${name}\`\n\n${doc}\n\n${table(own.map(([key, one]) => row(key, one)))}`;
  });
  return [
    `${setting.doc} A key with a dot is one level deeper. Secrets may be written out or, better, be in a file (\`..._file\`) that
is read before every attempt.`,
    facts,
    EXPORTERS_EXAMPLE,
    '### Of every kind',
    common,
    ...sections,
  ].join('\n\n');
}

const EXPORTERS_EXAMPLE = `\`\`\`yaml
exporters:
  influx:
    kind: influxdb
    url: https://influx.example:8086
    org: validators
    bucket: hotstuff
    token_file: /run/secrets/influx-token
    interval: 10s
    spool: { folder: /var/lib/quorumscope/spool/influx, max_size: 1GiB }
  central:
    kind: remote_write
    url: https://prometheus.example/api/v1/write
    bearer_token_file: /run/secrets/prometheus-token
    external_labels: { job: quorumscope, instance: validator-7 }
    exclude: ['quorumscope_*']
\`\`\``;

function showDefault(fallback: unknown): string {
  return typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
}
