/** Leaves the suite of node:test to node:test. */
export default { test: { include: ['vitest/**/*.test.mjs'] } };
