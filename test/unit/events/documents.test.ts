/** The documents about events: fresh, and true to the last example line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleEvent, exampleLine } from '../../../scripts/docs/event-examples.js';
import { renderEvents } from '../../../scripts/docs/events.js';
import { LineDecoder } from '../../../src/events/decode.js';
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

  it('is what the vocabulary renders (else run `npm run docs`)', () => {
    expect(readFileSync(join(root, 'docs/EVENTS.md'), 'utf8')).toBe(rendered);
  });
});
