/**
 * docs/SCENARIOS.md from the schema of scenario files and from the bundled files: what is documented is what is read.
 */
import { z } from 'zod';
import { loadScenario, scenarioNames } from '../../simulator/main.js';
import { behaviourNames } from '../../simulator/faults/behaviour.js';
import { faultSchema } from '../../simulator/scenario/fault-schema.js';
import { scenarioSchema } from '../../simulator/scenario/schema.js';

/** The page. */
export function renderScenarios(): string {
  return `${[intro(), example(), keys(), validators(), faults(), sidecar(), expectations(), bundled()].join('\n\n')}\n`;
}

function intro(): string {
  return `# Scenarios

Generated from \`simulator/scenario\` and \`simulator/scenarios\`; do not edit.

A scenario is a file: a network, what goes wrong in it, and what an observer must, and must not, conclude. The seed says to
whom it happens and exactly when, so that one file with twenty seeds is twenty cases; the same seed gives the same case.

\`\`\`
quorumscope simulate --list
quorumscope simulate 01a-leader-crash --seed 7 --truth truth.ndjson --events events.ndjson
quorumscope simulate ./own.yaml --validators 10
quorumscope simulate --duration 30s --fault 'partition groups=[[v0,v1],[v2,v3]] at=5s for=10s'
\`\`\`

Options beside a scenario override it, \`--fault\` adds to it. All problems of a file are told at once, with line and column. A file is
YAML with the keys below and no others. Durations are written \`500ms\`, \`5s\`, \`1m30s\`.`;
}

function example(): string {
  return `\`\`\`yaml
name: 99-own
title: A minority is cut off while a leader is slow
description: What is expected of the merge of all sidecars.
validators: 7
duration: 40s
who: { minority: { any: 2 }, slow: any }
faults:
  - { kind: partition, groups: [$minority], at: 3s..5s, for: 15s }
  - { kind: slow, validator: $slow, delay: 150ms, at: 10s }
expect:
  required:
    - { cause: partition, culprits: $minority }
  forbidden:
    - { finding: byzantine/* }
\`\`\``;
}

function keys(): string {
  return `## Keys\n\n${table(scenarioSchema.shape)}`;
}

function validators(): string {
  return `## Validators

Wherever validators are expected, one of these; whoever was drawn is not drawn again while there are others.

| written | who |
| --- | --- |
| \`v2\`, \`2\`, \`validator-2\`, \`node-2\` | that one |
| \`$name\` | whom \`who\` gives that name |
| \`any\` | one, drawn |
| \`all\` | all |
| \`[v0, $name, any]\` | these together |
| \`{any: 2}\` | two, drawn |
| \`{any_of: [v1, v3]}\` | one of these, drawn |
| \`{adjacent: 2}\` | two that lead one after the other |
| \`{spread: 2}\` | two that lead far from each other |
| \`{others: $name}\` | all but these |
| \`{leader_at: 3s}\` | who leads at that time as long as nothing goes wrong; takes equal delays, ideal machines and \`round_robin\` |
| \`{bystander_at: 3s, count: 4}\` | those who lead half a turn later |`;
}

function faults(): string {
  const rows = faultSchema.options.map((option) => {
    const shape = option.shape as Readonly<Record<string, z.ZodType>>;
    const own = Object.keys(shape).filter((key) => !['kind', 'at', 'for', 'every', 'repeat'].includes(key));
    const kind = (shape['kind'] as z.ZodLiteral<string>).value;
    return `| \`${kind}\` | ${own.map((key) => `\`${key}\``).join(', ')} | ${option.description ?? ''} |`;
  });
  const [first] = faultSchema.options;
  const { at, for: lasts, every, repeat } = first.shape;
  return `## Faults

| \`kind\` | with | what happens |
| --- | --- | --- |
${rows.join('\n')}

When, for every kind (\`heal\` knows \`at\` only):

${table({ at, for: lasts, every, repeat })}

Behaviours: ${behaviourNames.map((name) => `\`${name}\``).join(', ')}.`;
}

function sidecar(): string {
  return `## The sidecar's own faults

\`event_loss\` drops whole event lines between a node's hooks and the sidecar; sequence numbers go on, so that the gap shows. \`simulate\` leaves the
lines out of \`--events\` and of what \`--attach\` ships, both the same. \`restart\` is for whoever runs the sidecar, such as a test; \`simulate\` has none to restart.`;
}

function expectations(): string {
  return `## Expectations

\`cause\` is a cause of failed views, \`finding\` a conclusion beyond one view, \`alert\` the name of an alert; \`*\` ends a name. \`culprits\` are who
is named by all such conclusions together, neither more nor less; without it, whoever. \`vantage: all\` (the default) looks through the
merge of the sidecars of all nodes, \`any\` through each of them alone.

\`metrics\` are conditions in PromQL over the metrics of one sidecar that hears all nodes, as the expressions of alerts are: \`holds\`
gives something at some second of virtual time, and its \`culprits\` are those that the answers name by \`validator\` or \`node_id\`;
\`never\` gives nothing at any. A test holds every file to them.

The simulator's own truth (\`--truth\`) fulfils the expectations about causes, and a test holds every file to it.`;
}

function bundled(): string {
  const rows = scenarioNames().map((name) => {
    const { title, row, expect } = loadScenario(name);
    const required = (expect.required ?? []).map((one) =>
      'cause' in one ? one.cause : 'finding' in one ? one.finding : one.alert,
    );
    const named = [...new Set(required)].map((one) => `\`${one}\``).join(', ');
    const shown = (expect.metrics ?? []).flatMap((one) => ('holds' in one ? [`\`${cell(one.holds)}\``] : []));
    const conclusions = named === '' ? 'nothing' : named;
    return `| \`${name}\` | ${String(row ?? '')} | ${title} | ${conclusions} | ${shown.join('; ')} |`;
  });
  return `## The bundled scenarios

| name | row | what happens | must be concluded | must hold of the metrics |
| --- | --- | --- | --- | --- |
${rows.join('\n')}`;
}

function table(shape: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(shape).map(
    ([key, schema]) =>
      `| \`${key}\` | ${typeOf(schema)} | ${cell(schema.description ?? inner(schema).description ?? '')} |`,
  );
  return `| key | value | meaning |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

function inner(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? inner(schema.unwrap() as z.ZodType) : schema;
}

/** What a value looks like, in words. */
function typeOf(schema: z.ZodType): string {
  const plain = inner(schema);
  const reads = plain.meta()?.['reads'];
  if (typeof reads === 'string') return reads;
  if (plain instanceof z.ZodEnum) return plain.options.map((one) => `\`${String(one)}\``).join(', ');
  if (plain instanceof z.ZodArray) return `list of ${listed(plain.element as z.ZodType)}`;
  if (plain instanceof z.ZodRecord) return 'a name for each: validators';
  if (plain instanceof z.ZodObject)
    return `map: ${Object.entries(plain.shape as Readonly<Record<string, z.ZodType>>)
      .map(([key, value]) => describeField(key, value))
      .join('; ')}`;
  if (plain instanceof z.ZodBoolean) return 'true or false';
  if (plain instanceof z.ZodNumber) return 'number';
  if (plain instanceof z.ZodDiscriminatedUnion) return 'see below';
  return 'text';
}

function listed(element: z.ZodType): string {
  const text = typeOf(element);
  if (text === 'see below') return 'these, see below';
  return text === 'text' ? 'names' : text === 'number' ? 'numbers' : text;
}

function describeField(key: string, schema: z.ZodType): string {
  const about = schema.description ?? inner(schema).description;
  return `\`${key}\` ${about === undefined ? `(${typeOf(schema)})` : `(${about})`}`;
}
