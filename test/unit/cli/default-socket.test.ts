/** Where the event socket is when nobody says. */
import { describe, expect, it } from 'vitest';
import { defaultSocket, type Machine } from '../../../src/cli/default-socket.js';

function machine(writable: readonly string[], owners: Readonly<Record<string, number>> = {}): Machine {
  return {
    uid: 1000,
    temporaryFolder: '/tmp',
    canWrite: (folder) => writable.includes(folder),
    ownerOf: (folder) => owners[folder],
  };
}

describe('the default socket', () => {
  const runtime = { XDG_RUNTIME_DIR: '/run/user/1000' };

  it('is in /run/quorumscope where that can be written or made', () => {
    const system = 'unix:///run/quorumscope/events.sock';
    expect(defaultSocket(runtime, machine(['/run/quorumscope'], { '/run/quorumscope': 0 }))).toBe(system);
    expect(defaultSocket({}, machine(['/run']))).toBe(system);
  });

  it("is in the user's runtime folder otherwise", () => {
    const here = machine(['/run', '/run/user/1000'], { '/run/quorumscope': 0 });
    expect(defaultSocket(runtime, here)).toBe('unix:///run/user/1000/quorumscope/events.sock');
  });

  it('is in a folder of the user below the temporary one as a last resort', () => {
    expect(defaultSocket({}, machine(['/tmp']))).toBe('unix:///tmp/quorumscope-1000/events.sock');
    const own = machine(['/tmp'], { '/tmp/quorumscope-1000': 1000 });
    expect(defaultSocket({}, own)).toBe('unix:///tmp/quorumscope-1000/events.sock');
  });

  it('is never in a folder that another user made first', () => {
    const taken = machine(['/tmp'], { '/tmp/quorumscope-1000': 1001 });
    expect(() => defaultSocket({}, taken)).toThrow('/tmp/quorumscope-1000 belongs to another user');
  });
});
