// Four kinds of test: unit (seconds, no sockets beyond loopback), contract, integration (real
// servers and the built package), tidy (the house itself). A skipped test is an error in CI.
import { defineConfig } from 'vitest/config';
import { RefuseSkips } from './test/refuse-skips.js';

const project = (name: string, timeoutMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  test: {
    reporters: process.env['QUORUMSCOPE_REFUSE_SKIPS'] ? ['default', new RefuseSkips()] : ['default'],
    projects: [
      project('unit', 10_000),
      project('contract', 30_000),
      project('integration', 120_000),
      project('tidy', 60_000),
    ],
  },
});
