/** An incident report as Markdown: to be put into a ticket. Pure. */
import type { ChainMaterial, ReportMaterial } from './material.js';
import {
  episodeTable,
  evidenceTable,
  factsOf,
  leadOf,
  participationTable,
  showCount,
  type Table,
} from './words.js';

const MOST_ROWS = 100;

/** The document. */
export function renderMarkdown(material: ReportMaterial): string {
  const parts = [
    `# Incident report: ${inline(material.file)}`,
    ...material.chains.flatMap((chain) => chainParts(material, chain)),
    ...(material.chains.length === 0 ? ['No node says anything of consensus in this recording.'] : []),
    ...checkParts(material),
    `Written by quorumscope ${material.version} from ${showCount(material.bytes)} bytes of events.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function chainParts(material: ReportMaterial, chain: ChainMaterial): string[] {
  const { episodes, findings, told } = chain;
  return [
    `## Chain ${inline(chain.chain)}`,
    inline(leadOf(chain)),
    factsOf(material, chain)
      .map(([name, text]) => `- ${name}: ${inline(text)}`)
      .join('\n'),
    ...(episodes.length === 0
      ? []
      : ['### Failed and lagged views', table(episodeTable(chain, MOST_ROWS)), beyond(episodes.length)]),
    ...told.map(({ text }) => `\`\`\`text\n${text.replaceAll('```', "'''")}\n\`\`\``),
    ...(chain.validators.validators.length === 0
      ? []
      : ['### Participation in the last 1,000 judged views', table(participationTable(chain))]),
    ...(findings.length === 0
      ? []
      : ['### Evidence', table(evidenceTable(chain, MOST_ROWS)), beyond(findings.length)]),
  ].filter((part) => part !== '');
}

function checkParts({ checks }: ReportMaterial): string[] {
  if (checks.length === 0) return [];
  const rows = checks.map(({ chain, name, expectation, problems, count }) => [
    chain,
    name,
    expectation,
    count === 0 ? 'holds' : `does not hold: ${problems[0] ?? ''}${count > 1 ? ` and ${count - 1} more` : ''}`,
  ]);
  return ['## Checks', table({ header: ['Chain', 'Check', 'Expected', 'Result'], rows })];
}

function beyond(count: number): string {
  return count > MOST_ROWS ? `The first ${MOST_ROWS} of ${showCount(count)}.` : '';
}

function table({ header, rows }: Table): string {
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => inline(cell).replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** Text of others within a line: no markup, no line breaks. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[<`[\]*#]/g, (mark) => `\\${mark}`);
}
