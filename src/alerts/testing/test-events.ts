/**
 * Events of a unit test: as a node would state them, with the time at which they come. They are checked as the stream's are,
 * so that a test cannot hold what never arrives. Promtool knows none; files that have them are ours.
 */
import { parseDuration } from '../../base/duration.js';
import { LineDecoder } from '../../events/decode.js';
import { factSchemas } from '../patterns/facts.js';
import type { FactFields } from '../patterns/pattern.js';
import type { PatternWatch } from '../patterns/pattern-watch.js';
import type { YamlTree } from '../rules/yaml-tree.js';

/** An event, or that some were lost. */
export interface TestEvent {
  readonly atUs: number;
  readonly type: string;
  readonly chain: string;
  readonly node: string | undefined;
  readonly fields: FactFields;
}

/** Says that events of `domain` were lost at a node. */
const GAP = 'stream.gap';
/** What is said of an event besides its fields. */
const ENVELOPE: readonly string[] = ['at', 'every', 'repeat', 'type', 'chain', 'node'];
const MOST_REPEATS = 100_000;

/** Reads one item, which may stand for several; none where it has a problem, which has been told. */
export function readTestEvents(tree: YamlTree): readonly TestEvent[] {
  const stated = tree.toJson();
  if (!tree.isMap || typeof stated !== 'object' || stated === null) {
    tree.problem('expected an event such as {at: 10s, node: n1, type: process.started}');
    return [];
  }
  const given = new Map(tree.entries('fields').map(([name, , value]) => [name, value]));
  const atUs = given.get('at')?.scalar('a duration such as 10s', parseDuration);
  const type = given.get('type')?.text();
  const problem = given.has('at') ? problemOf(type, stated as FactFields) : 'at is missing';
  if (problem !== undefined) tree.problem(problem);
  if (problem !== undefined || type === undefined || atUs === undefined) return [];
  const everyUs = given.get('every')?.scalar('a duration such as 10s', parseDuration) ?? 0;
  const whole = (text: string): number | undefined => (/^[0-9]+$/.test(text) ? Number(text) : undefined);
  const repeat = given.get('repeat')?.scalar('a whole number', whole) ?? 1;
  const chain = given.get('chain')?.text() ?? 'test';
  const node = given.get('node')?.text();
  const fields = Object.fromEntries(Object.entries(stated).filter(([name]) => !ENVELOPE.includes(name)));
  return Array.from({ length: Math.min(repeat, MOST_REPEATS) }, (_, i) => ({
    atUs: atUs + i * everyUs,
    type,
    chain,
    node,
    fields,
  }));
}

/** Lets patterns hear an event. */
export function tellEvent(watch: PatternWatch, { type, chain, node, fields }: TestEvent): void {
  if (type === GAP) watch.lost(chain, node ?? '', String(fields['domain']));
  else watch.tell(type, chain, node, fields);
}

function problemOf(type: string | undefined, stated: FactFields): string | undefined {
  if (type === GAP) {
    const isWhole = typeof stated['node'] === 'string' && typeof stated['domain'] === 'string';
    return isWhole ? undefined : `${GAP} needs node and domain`;
  }
  const schema = type === undefined ? undefined : factSchemas.get(type);
  if (schema === undefined) return `found type ${JSON.stringify(type)}, expected an event of docs/EVENTS.md`;
  if (schema.hasNode && typeof stated['node'] !== 'string') return 'node is missing';
  const own = Object.entries(stated).filter(([name]) => !ENVELOPE.includes(name));
  const strange = own.find(([name]) => !Object.hasOwn(schema.fields, name) && name !== 'weight');
  if (strange !== undefined) return `${schema.type} has no field ${strange[0]}`;
  const missing = Object.entries(schema.fields).find(
    ([name, field]) => !field.optional && stated[name] === undefined,
  );
  if (missing !== undefined) return `${schema.type} needs ${missing[0]}: ${missing[1].doc}`;
  if (schema.domain === undefined) return undefined;
  const decoder = new LineDecoder('none');
  const line = { type: schema.type, node: stated['node'], ts_us: 0, seq: 0, ...Object.fromEntries(own) };
  return decoder.decode(JSON.stringify(line)) === 'event' ? undefined : decoder.detail;
}
