import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stampNode } from '../../../src/intake/node-stamp.js';

test.each([
  ['{"type":"a.b","seq":1}', '{"type":"a.b","node":"n","seq":1}'],
  ['{"v":1,"type":"a.b","seq":1}', '{"v":1,"type":"a.b","node":"n","seq":1}'],
  ['{"seq":1,"type":"a.b"}', '{"node":"n","seq":1,"type":"a.b"}'],
  ['  {"type":"a.b"}', '  {"node":"n","type":"a.b"}'],
  ['{"v":1,"type":"hello","node":"x","run":"r"}', '{"v":1,"type":"hello","node":"x","run":"r"}'],
  ['{"seq":1,"node":"x"}', '{"seq":1,"node":"x"}'],
  ['{"labels":{"node":"x"},"seq":1}', '{"node":"n","labels":{"node":"x"},"seq":1}'],
  ['{"seq":1,"n\\u006fde":"x"}', '{"seq":1,"n\\u006fde":"x"}'],
  ['{"seq":1,"node":null}', '{"seq":1,"node":"n"}'],
  ['{}', '{}'],
  ['{ }', '{ }'],
  ['[1]', '[1]'],
  ['{"node" oops', '{"node" oops'],
  ['', ''],
])('%s becomes %s', (line, stamped) => expect(stampNode(line, 'n')).toBe(stamped));

test('of any object the meaning is kept, and the node is the one that applies', () => {
  const key = fc.oneof(fc.constantFrom('node', 'type', 'v', '__proto__'), fc.string());
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), fc.string({ minLength: 1 }), (object, node) => {
      const line = JSON.stringify(object);
      const parsed = JSON.parse(line) as Record<string, unknown>;
      const stamped = JSON.parse(stampNode(line, node)) as Record<string, unknown>;
      const own = Object.hasOwn(parsed, 'node') ? parsed['node'] : undefined;
      if (Object.keys(parsed).length > 0) parsed['node'] = own ?? node;
      expect(stamped).toEqual(parsed);
    }),
  );
});
