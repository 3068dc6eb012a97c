/** Incidents for people: a table of all, and one at length. Pure. */
import type { IncidentDocument } from '../incident-handlers.js';
import { showSpan } from './age.js';
import { showTime } from './prose.js';
import { renderTable } from './table.js';

/** All, the newest first. */
export function renderIncidents(incidents: readonly IncidentDocument[]): string {
  if (incidents.length === 0) return 'No incident has been recorded.';
  const rows = incidents.map((incident) => [
    incident.id,
    showTime(incident.began_us),
    showSpan((incident.last_us - incident.began_us) / 1e6),
    incident.chain,
    beginningOf(incident),
    countsOf(incident),
    incident.culprits.slice(0, 3).join(', '),
    incident.events.lines,
  ]);
  const header = ['id', 'began', 'lasted', 'chain', 'began with', 'counted', 'culprits', 'lines'];
  return renderTable(header, rows);
}

/** One. */
export function renderIncident(incident: IncidentDocument): string {
  const { id, chain, began_us, last_us, window, culprits, findings, events, software, config_digest } =
    incident;
  const rows: [string, string][] = [
    ['chain', chain],
    ['began', `${showTime(began_us)} with ${beginningOf(incident)}`],
    ['last seen', `${showTime(last_us)}, ${showSpan((last_us - began_us) / 1e6)} later`],
    ['counted', countsOf(incident)],
    ['culprits', culprits.length === 0 ? 'nobody named' : culprits.join(', ')],
    ['findings', findings.length === 0 ? 'none' : findings.join(', ')],
    ['window', `${showTime(window.from_us)} to ${showTime(window.to_us)}`],
    [
      'events',
      `${events.lines.toLocaleString('en-US')} lines, ${events.bytes.toLocaleString('en-US')} bytes${events.truncated ? ', not all that there were' : ''}`,
    ],
    ['seen by', `quorumscope ${software}, configuration ${config_digest}`],
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(11)}${text}`);
  return [
    `Incident ${id}`,
    '',
    ...lines,
    '',
    `\`quorumscope incident export ${id}\` copies it; \`quorumscope replay\` takes its events.`,
  ].join('\n');
}

function beginningOf({ trigger }: IncidentDocument): string {
  if ('finding' in trigger) {
    const { kind, view, validators } = trigger.finding;
    const who = validators.length === 0 ? '' : ` by ${validators.join(', ')}`;
    return `${kind}${who}${view === undefined ? '' : ` in view ${view}`}`;
  }
  const { view, cause, culprits } = trigger.failed_view;
  const who = culprits.length === 0 ? '' : `, ${culprits.join(', ')}`;
  return `failed view ${view}: ${cause ?? 'unknown'}${who}`;
}

function countsOf({ counts }: IncidentDocument): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
