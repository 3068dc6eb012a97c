/** Renders docs/EVENTS.md from the vocabulary: every event, its fields, and a line of it. */
import { envelopeFields } from '../../src/events/envelope.js';
import type { EventSchema, Field } from '../../src/events/schema.js';
import { describe } from '../../src/events/validate.js';
import { wireForms, type WireForm } from '../../src/events/wire.js';
import { exampleLine } from './event-examples.js';

const domainTitles: Readonly<Record<string, string>> = {
  stream: 'The stream itself',
  source: 'The stream itself',
};

const opening = `# Events

Every event that Quorumscope understands, generated from \`src/events\` (\`npm run docs\`). How events travel is in
[PROTOCOL.md](PROTOCOL.md); the same as JSON Schema is the package's \`quorumscope/events.schema.json\`.

- **level**: the attachment level that the event belongs to; without one, the event feeds a domain of its own.
- **priority**: when the sidecar cannot keep up, \`bulk\` is dropped first, then \`normal\`, \`vital\` last. Every drop is counted.
- **sampled**: the source may state one of many and say in \`weight\` how many it stands for.
- Of the fields, **bold** ones are required. \`null\` means absent. In hooks the same event is \`hooks.<domain>.<name>\`.`;

/** The whole of docs/EVENTS.md. */
export function renderEvents(): string {
  const groups = new Map<string, WireForm[]>();
  for (const form of wireForms) {
    const title = domainTitles[form.schema.domain] ?? form.schema.domain;
    groups.set(title, [...(groups.get(title) ?? []), form]);
  }
  const contents = [...groups.keys()].map((title) => `[${title}](#${anchor(title)})`).join(' · ');
  const sections = [...groups].map(([title, forms]) => renderGroup(title, forms));
  return `${[opening, contents, renderEnvelope(), ...sections].join('\n\n')}\n`;
}

function renderEnvelope(): string {
  const rows: [string, Field][] = Object.entries(envelopeFields);
  return `## Envelope

Besides \`v\` (1, may be omitted) and \`type\`, every event carries:

${fieldTable(rows.map(([name, field]) => ({ name, field })))}`;
}

function renderGroup(title: string, forms: readonly WireForm[]): string {
  const rows = forms.map(({ schema }) => [
    `[\`${schema.type}\`](#${anchor(schema.type)})`,
    schema.level === undefined ? '' : String(schema.level),
    schema.priority,
    schema.sampled === true ? 'yes' : '',
    schema.doc,
  ]);
  const overview = table(['event', 'level', 'priority', 'sampled', 'meaning'], rows);
  return [`## ${title}`, overview, ...forms.map(renderEvent)].join('\n\n');
}

function renderEvent(form: WireForm): string {
  const { schema } = form;
  const own = form.fields.filter(({ name }) => name in schema.fields);
  return `### ${schema.type}

${schema.doc}${hookOf(schema)}

${fieldTable(own)}

\`\`\`json
${exampleLine(form)}
\`\`\``;
}

function hookOf(schema: EventSchema): string {
  if (schema.domain === 'stream' || schema.domain === 'source') return '';
  return ` Hook: \`hooks.${schema.domain}.${schema.hook}\`.`;
}

function fieldTable(fields: readonly { readonly name: string; readonly field: Field }[]): string {
  const rows = fields.map(({ name, field }) => [
    field.optional ? `\`${name}\`` : `**\`${name}\`**`,
    typeOf(field),
    unitOf(name, field),
    field.doc,
  ]);
  return table(['field', 'type', 'unit', 'meaning'], rows);
}

function typeOf(field: Field): string {
  const words = (field.values ?? []).map((value) => `\`${value}\``).join(', ');
  if (field.kind === 'enum') return `one of ${words}`;
  if (field.kind === 'amounts') return `${describe(field)}; keys of ${words}`;
  return describe(field);
}

const units: readonly [RegExp, string][] = [
  [/_us$/, 'microseconds'],
  [/bytes_per_second$/, 'bytes per second'],
  [/bytes/, 'bytes'],
  [/ratio$|^improvement$/, 'ratio'],
  [/fuel/, 'fuel'],
];

function unitOf(name: string, field: Field): string {
  if (['enum', 'id', 'text', 'bool', 'ids', 'labels'].includes(field.kind)) return '';
  return units.find(([pattern]) => pattern.test(name))?.[1] ?? '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The anchor that Markdown readers give a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
}
