/**
 * What a run does is a function of its options and its seed, also from one version to the next: a change that
 * means to change nothing, an optimisation above all, leaves every digest as it is. Whoever changes the protocol,
 * the network or a fault on purpose changes the digests concerned, and says so.
 */
import { describe, expect, it } from 'vitest';
import { createSimulation } from '../../../simulator/main.js';
import { goldenRuns } from './golden-runs.js';

const digests: Readonly<Record<string, string>> = {
  'chained, calm': 'f5e30314ac131f52cee6754c66656162fc726ce0206fc0bfd765df21f591beb0',
  'chained, crash and slow': '7fe81c8df933ae02e089c005ebc972b6c1956caff09b6907ca2cc886e3e1c468',
  'chained, modelled machines, load, trouble':
    'bf1acaa9e957ba8186d1bc7262033fda38b226f63c4296e32dec4a6ad0cdaa06',
  'chained, liars and twins': '906e432ad674c92632900e25948b9fee04eb277f784195289570c5a033a8100c',
  'chained, epoch pacemaker': '333ae764a6d2aff1f4330a53c2a18c4ff7721607a2fcb0566cfb0e6ec5994053',
  'chained, reputation, powers': 'aac9dd0db9509dd7e61ebb032672df51843c1ce34271bcdcb43785425f21aca1',
  'chained, hashed, uplinks, jitter': 'bf54449e3520cbd27d674a629a802289d5c26d2fe2947dee465f91c188d20978',
  'chained, regions, lasting loss': '51f29e6c1fbbd19b0d2bf19195c323c2e414f051eca2f216aeb6340deb8f3be6',
  'chained, wide': 'b2b1c45e5423bf2228180ed5ebe7979613958c92d623cc8aa0693f8f90c113fd',
  'basic, trouble': '8a6e8016299136604ce093c97f314d120addd30cb0435f17f84f84a3d85357f5',
  'basic with decide, epochs, liars': 'cdcfffb1f0bb1a2606f67569b2f93dd89bbf6a3f5cc2e9eddcfe7f7fa268bff4',
  'basic, modelled machines, wide': 'a63a6929966ed280d60f9863e98709414a6d3c87fd02f92d0d6846ac6c708d76',
  'hotstuff3, crash and slow': '798f1fa9718f26dce3b0f7f3687b305e38fbb52caf7326869f6a5f8b09ee046a',
  'hotstuff3, weighted, trouble': 'f5582d2ff1c2d14c0d2af982686b01e43b4bca7a0747f3d3b7224027e485bfab',
  'amnesiac negative control': 'f2b2741b1d0646ee047965ce58547138baf9f2a18333baaf55e7798153bb1046',
};

describe('the digest of a known run', () => {
  it.each(Object.keys(goldenRuns))('has not changed: %s', async (name) => {
    expect((await createSimulation(goldenRuns[name]!).run()).digest).toBe(digests[name]);
  });
});
