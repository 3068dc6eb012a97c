/**
 * A reporter for the gate: a skipped test is a check that did not happen, so it fails the run and says
 * which. On a developer's machine skips are allowed (they say what is missing).
 */
import type { Reporter, TestModule } from 'vitest/node';

export class RefuseSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped: string[] = [];
    let passed = 0;
    let failed = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'skipped') skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
        else if (state === 'failed') failed++;
        else if (state === 'passed') passed++;
      }
    }
    for (const name of skipped) console.error(`skipped, which the gate refuses: ${name}`);
    console.log(`\n${passed} passed, ${failed + skipped.length} failed`);
    if (skipped.length > 0) process.exitCode = 1;
  }
}
