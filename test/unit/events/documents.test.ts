/** The documents about events: fresh, and true to the last example line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleEvent, exampleLine } from '../../../scripts/docs/event-examples.js';
import { renderEvents } from '../../../scripts/docs/events.js';
import { LineDecoder } from '../../../src/events/decode.js';
import { invalidReasons } from '../../../src/events/problem.js';
import { wireForms } from '../../../src/events/wire.js';

const root = join(import.meta.dirname, '../../..');

describe('docs/EVENTS.md', () => {
  const rendered = renderEvents();

  it('names every event and every field', () => {
    for (const { schema } of wireForms) {
      const section = rendered.split(`\n### ${schema.type}\n`)[1]!.split('\n### ')[0]!;
      expect(section).toContain(schema.doc);
      for (const [name, field] of Object.entries(schema.fields)) {
        expect(section).toContain(`\`${name}\``);
        expect(section).toContain(field.doc.replaceAll('|', '\\|'));
      }
    }
  });

  it('shows lines that decode to what they were made from', () => {
    const decoder = new LineDecoder();
    for (const form of wireForms) {
      expect(`${decoder.decode(exampleLine(form))} ${decoder.unknownFields}`).toBe('event 0');
      expect(decoder.event).toEqual(exampleEvent(form));
    }
  });
});

describe('docs/PROTOCOL.md', () => {
  const text = readFileSync(join(root, 'docs/PROTOCOL.md'), 'utf8');
  const blocks = [...text.matchAll(/```ndjson\n([^]*?)```/g)].map(([, code]) => code!.trim().split('\n'));

  it('shows lines that are events, with nothing unknown in them', () => {
    expect(blocks.length).toBeGreaterThan(4);
    for (const lines of blocks) {
      const decoder = new LineDecoder();
      decoder.node = lines[0]!.includes('"type":"hello"') ? undefined : 'node-1';
      for (const line of lines) {
        expect(`${decoder.decode(line)} ${decoder.unknownFields} ${line}`).toBe(`event 0 ${line}`);
        if (decoder.event!.type === 'hello') decoder.node = decoder.event!.node;
      }
    }
  });

  it.each(['producer.py', 'producer.go'])('prints %s as it is', (name) => {
    const [, code] = new RegExp(`<!-- ${name} -->\\n+\`\`\`\\w+\\n([^]*?)\`\`\``).exec(text) ?? [];
    expect(code).toBe(readFileSync(join(root, 'examples', name), 'utf8'));
  });

  it('explains every reason for which a line is refused', () => {
    for (const reason of invalidReasons) expect(text).toMatch(new RegExp(`\\| \`${reason}\` +\\|`));
  });
});
