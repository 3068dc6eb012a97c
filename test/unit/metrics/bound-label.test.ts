import { expect, it } from 'vitest';
import { boundLabel } from '../../../src/metrics/bound-label.js';

// The right column is what Go's strconv.FormatFloat(x, 'g', -1, 64) and OpenMetrics' rule for integers give.
it.each([
  [0, '0.0'],
  [1, '1.0'],
  [-2, '-2.0'],
  [0.005, '0.005'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.000015, '1.5e-05'],
  [100000, '100000.0'],
  [999999, '999999.0'],
  [1e6, '1e+06'],
  [1048576, '1.048576e+06'],
  [123456789, '1.23456789e+08'],
  [1e100, '1e+100'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [NaN, 'NaN'],
])('%d is written %s', (bound, label) => {
  expect(boundLabel(bound)).toBe(label);
});
