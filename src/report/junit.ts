/** Check results as JUnit XML: one suite per chain, one case per thing checked. Pure. */
import type { CheckResult } from './material.js';

/** The document. */
export function renderJunit(file: string, results: readonly CheckResult[]): string {
  const chains = [...new Set(results.map(({ chain }) => chain))];
  const failures = results.filter(({ count }) => count > 0).length;
  const suites = chains.map((chain) => {
    const own = results.filter((result) => result.chain === chain);
    const failed = own.filter(({ count }) => count > 0).length;
    const name = chain === '' ? file : chain;
    return [
      `  <testsuite name="${escapeXml(name)}" tests="${own.length}" failures="${failed}" errors="0" skipped="0">`,
      ...own.map((result) => renderCase(file, result)),
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="quorumscope" tests="${results.length}" failures="${failures}" errors="0">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function renderCase(file: string, { name, expectation, problems, count }: CheckResult): string {
  const open = `    <testcase name="${escapeXml(`${name}: ${expectation}`)}" classname="${escapeXml(file)}"`;
  if (count === 0) return `${open}/>`;
  const more = count > problems.length ? [`and ${count - problems.length} more`] : [];
  const message = count === 1 ? (problems[0] ?? '') : `${count} times: ${problems[0] ?? ''}`;
  return [
    `${open}>`,
    `      <failure type="${escapeXml(name)}" message="${escapeXml(message)}">${escapeXml([...problems, ...more].join('\n'))}</failure>`,
    '    </testcase>',
  ].join('\n');
}

/** Text made safe for XML; what XML cannot say at all becomes a question mark. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
