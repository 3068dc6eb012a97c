// Five kinds of test: unit (seconds, no sockets beyond loopback), contract, conformance (test suites and
// data published by others), integration (real servers and the built package), tidy (the house itself). A skipped test is an error in CI.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { RefuseSkips } from './test/refuse-skips.js';

const project = (name: string, timeoutMs: number, isolate: boolean) => ({
  extends: true as const,
  test: {
    name,
    isolate,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});

export default defineConfig({
  test: {
    // Tests against real servers wait more than they compute: two at a time also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: process.env['REFUSE_SKIPS'] ? ['default', new RefuseSkips()] : ['default'],
    projects: [
      // Unit tests share their modules: nothing of ours keeps state in one, and loading them takes longer than testing.
      project('unit', 30_000, false),
      project('contract', 30_000, false),
      project('conformance', 120_000, false),
      project('integration', 120_000, true),
      project('tidy', 60_000, true),
    ],
  },
});
