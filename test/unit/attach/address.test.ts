import { expect, test } from 'vitest';
import { defaultAddress, formatAddress, parseAddress } from '../../../src/attach/address.js';

test.each([
  'unix:///run/quorumscope/events.sock',
  'tcp://127.0.0.1:10921',
  'tcp://[::1]:0',
  'tcp://localhost:7',
])('%s is an address, and is printed as it was written', (text) =>
  expect(formatAddress(parseAddress(text))).toBe(text),
);

test.each([
  ['tcp://0.0.0.0:1', 'loopback'],
  ['tcp://192.168.1.4:1', 'loopback'],
  ['tcp://127.0.0.1.example.org:1', 'loopback'],
  ['tcp://127.0.0.1:65536', 'neither'],
  ['tcp://127.0.0.1', 'neither'],
  ['unix://relative.sock', 'neither'],
  ['http://127.0.0.1:1', 'neither'],
  ['', 'neither'],
])('%s is refused: %s', (text, why) => {
  const refusal = { code: 'attach.address', message: expect.stringContaining(why) as string };
  expect(() => parseAddress(text)).toThrow(expect.objectContaining(refusal));
});

test('the default is what the environment says, else a folder of the system or of the user', () => {
  expect(defaultAddress({ QUORUMSCOPE_EVENTS: 'tcp://127.0.0.1:5' })).toEqual({
    kind: 'tcp',
    host: '127.0.0.1',
    port: 5,
  });
  const own = defaultAddress({ XDG_RUNTIME_DIR: '/run/user/7' });
  expect(['/run/quorumscope/events.sock', '/run/user/7/quorumscope/events.sock']).toContain(
    own.kind === 'unix' ? own.path : '',
  );
});
