/** The page of a report: what others have named stays text, and an empty recording is said to be one. */
import { expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/html.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import type { ReportMaterial } from '../../../src/report/material.js';
import { episodesOf } from '../../../src/report/episodes.js';
import { RunTally } from '../../../src/report/tally.js';
import { viewRanges } from '../../../src/report/words.js';
import { Names } from '../../../src/views/names.js';
import { verdictDocument } from '../../../src/views/verdict-document.js';
import { verdictOn } from '../views/made-verdict.js';

const evil = '<img src=x onerror=alert(1)>|`"';

function material(): ReportMaterial {
  const verdicts = [
    verdictOn(1, { chain: evil }),
    verdictOn(2, { chain: evil, outcome: 'failed', cause: 'leader_silent', culprits: [evil] }),
  ];
  const tally = new RunTally();
  for (const verdict of verdicts) tally.settled(verdict);
  const documents = verdicts.map((verdict) => verdictDocument(verdict, new Names(undefined)));
  const chain = {
    chain: evil,
    nodes: [evil],
    tally: tally.chains()[0]!,
    verdicts: documents,
    episodes: episodesOf(documents),
    told: [],
    validators: { chain: evil, margin: null, validators: [] },
    findings: [],
  };
  const losses = { missing: 3, invalid: 0, dropped: 0 };
  const endedAtUs = verdicts[1]!.enteredAtUs + 1_000_000;
  return { file: evil, version: '1', bytes: 10, endedAtUs, chains: [chain], losses, checks: [] };
}

it('makes no markup of names, and says what was lost', () => {
  const html = renderHtml(material());
  expect(html).not.toContain('<img');
  expect(html).toContain('&lt;img src=x');
  expect(html).toContain('1 of 2 views failed.');
  expect(html).toContain('3 missing');
  const markdown = renderMarkdown(material());
  expect(markdown).not.toContain('| <img');
  expect(markdown).toContain('1 of 2 views failed.');
});

it('says that nobody spoke', () => {
  const empty = { ...material(), chains: [] };
  expect(renderHtml(empty)).toContain('No node says anything of consensus');
  expect(renderMarkdown(empty)).toContain('No node says anything of consensus');
});

it('tells views as ranges', () => {
  expect(viewRanges([1, 2, 3, 7, 9, 10])).toBe('1 to 3, 7, 9 to 10');
  expect(viewRanges([1, 3, 5, 7, 9, 11, 13, 15])).toBe('1, 3, 5, 7, 9, 11, ... 15');
});
