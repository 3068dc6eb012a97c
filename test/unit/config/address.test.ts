/** Which addresses are read, and which count as this machine only. */
import { describe, expect, it } from 'vitest';
import {
  formatListenAddress,
  isLoopback,
  parseListenAddress,
  tcpAddress,
  unixPath,
} from '../../../src/config/address.js';

describe('addresses to listen on', () => {
  it.each(['127.0.0.1:10920', 'localhost:0', '[::1]:65535', 'validator-1.local:80'])(
    'reads %s back',
    (text) => expect(formatListenAddress(parseListenAddress(text)!)).toBe(text),
  );

  it.each(['10920', ':10920', '::1:10920', '127.0.0.1', '127.0.0.1:65536', 'a b:1', 'http://x:1', '[x]:1'])(
    'refuses %s',
    (text) => expect(parseListenAddress(text)).toBeUndefined(),
  );

  it('takes only addresses of this machine for loopback', () => {
    const hosts = [
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      'localhost',
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '127.evil.example',
    ];
    expect(hosts.filter(isLoopback)).toEqual(['127.0.0.1', '127.9.9.9', '::1', 'localhost']);
  });
});

describe('addresses to attach to', () => {
  it('needs an absolute path that the kernel takes', () => {
    expect(unixPath('unix:///run/q/events.sock')).toBe('/run/q/events.sock');
    expect(unixPath('unix://events.sock')).toBeUndefined();
    expect(unixPath(`unix:///${'x'.repeat(107)}`)).toBeUndefined();
  });

  it('needs a host and a port', () => {
    expect(tcpAddress('tcp://[::1]:7')).toEqual({ host: '::1', port: 7 });
    expect(tcpAddress('127.0.0.1:7')).toBeUndefined();
  });
});
