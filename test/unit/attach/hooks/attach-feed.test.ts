/** The way from hooks to a feed in the same thread. */
import { describe, expect, it } from 'vitest';
import { attachFeed } from '../../../../src/attach/hooks/attach-feed.js';
import { createHooks } from '../../../../src/attach/hooks/create-hooks.js';

const noTimers = { after: () => ({ stop: () => undefined }) };

function memoryFeed() {
  let text = '';
  let ends = 0;
  const feed = {
    write: (chunk: Uint8Array) => void (text += Buffer.from(chunk).toString('utf8')),
    end: () => void ends++,
  };
  const types = (): unknown[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { type: string }).type);
  return { feed, types, ends: () => ends };
}

describe('attachFeed', () => {
  it('writes the hello at once, and each batch when it is full', () => {
    const { feed, types } = memoryFeed();
    const hooks = createHooks({ node: 'v0', chain: 'c' });
    const shipping = attachFeed(hooks, feed, { batchSize: 2, timers: noTimers });
    expect(types()).toEqual(['hello']);

    hooks.consensus.viewEntered({ view: 1, trigger: 'start', leader: 'v0' });
    expect(types()).toEqual(['hello']);
    hooks.consensus.viewEntered({ view: 2, trigger: 'qc', leader: 'v0' });
    expect(types()).toEqual(['hello', 'consensus.view_entered', 'consensus.view_entered']);

    hooks.consensus.viewEntered({ view: 3, trigger: 'qc', leader: 'v0' });
    shipping.flush();
    expect(types()).toHaveLength(4);
    expect(shipping.stats().delivered.consensus).toBe(3);
  });

  it('delivers what waits when it is closed, ends the feed once, and hears nothing more', async () => {
    const { feed, types, ends } = memoryFeed();
    const hooks = createHooks({ node: 'v0', chain: 'c' });
    const shipping = attachFeed(hooks, feed, { timers: noTimers });
    hooks.consensus.viewEntered({ view: 1, trigger: 'start', leader: 'v0' });

    await Promise.all([shipping.close(), shipping.close()]);
    hooks.consensus.viewEntered({ view: 2, trigger: 'qc', leader: 'v0' });

    expect(types()).toEqual(['hello', 'consensus.view_entered']);
    expect(ends()).toBe(1);
    expect(shipping.stats()).toMatchObject({ connected: false, bufferedBytes: 0 });
  });
});
