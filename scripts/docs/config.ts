/**
 * docs/CONFIG.md from the settings themselves: what is documented is what is parsed.
 */
import { DEFAULT_CONFIG_FILE } from '../../src/config/file.js';
import type { Section } from '../../src/config/section.js';
import { pathOf, sectionList, variableOf } from '../../src/config/sections.js';
import type { Setting } from '../../src/config/setting.js';

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

function showDefault(fallback: unknown): string {
  return typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
}
