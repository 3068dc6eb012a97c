/** docs/SCOREBOARD.md: how to run it, how to read it, and the last score that was measured. Pure. */
import { renderAlertTables } from './alert-table.js';
import type { Row } from './board.js';
import type { SocketResult } from './socket-case.js';
import { renderTables } from './table.js';
import { wanText, type WanReport } from './wan.js';

/** What was run, when, and of what. */
export interface Part {
  readonly seeds: number;
  readonly first: number;
  /** The scenarios, where not all were run. */
  readonly scenarios: readonly string[] | undefined;
  /** Most of a run. */
  readonly views: number;
  readonly alone: number;
  readonly runs: number;
  readonly entered: number;
  readonly wallS: number;
  readonly commit: string;
  /** Day, as in 2026-01-31. */
  readonly date: string;
}

/** Runs of the scoreboard that are over. */
export interface Report {
  readonly rows: readonly Row[];
  readonly total: Row;
  readonly parts: readonly Part[];
  /** One seed of each scenario over the real socket. */
  readonly sockets?: readonly SocketResult[];
  /** Long healthy runs. */
  readonly wan?: readonly WanReport[];
}

const ALERTS = `## Alerts

With \`--alerts\` a whole sidecar listens beside each observer: the shipped rules as they are loaded without configuration, evaluated at their
own pace on the clock that the events tell, its patterns of events too, and the default routing, whose notifications are written down instead of sent. \`--incidents\`
runs \`scripts/scoreboard/incidents\`, where things go wrong for minutes: most faults of the bundled scenarios are over before a rule with
\`for\` has seen enough, and nobody should be woken for them. Times are virtual, late by at most 50 ms.

| column | meaning |
| --- | --- |
| raised | alerts that began to fire, by name |
| found, forbidden | alerts that the scenario requires, naming exactly whom it says; alerts that it forbids |
| named | of the alerts that name a validator or a node, those that name one to whom the truth assigns it |
| scope | of the alerts that are borne out, those with the scope of what happened: \`self\` names an attached node, \`peer\` one that is not, or names nobody where one that is not was faulty; \`network\` is right where a failed view had no single culprit, messages were lost or cut, a rule of the protocol was broken, or f or more validators were faulty |
| spurious | alerts that no truth bears out |
| told ms | from what happened to the first notification of the alert; median and 99th percentile |
| after firing ms | from when the rule began to fire to that notification: the routing's share |
| resolved | of the alerts that somebody was told of and whose cause ended, those that were told to be over before the run ended |
| resolved ms | from the end of the cause to that notification; the default routing tells of it at the next 30 s or minute of the group |
| pages / groups | notifications of new alerts to the receiver \`page\`, of the groups that were paged, counted for each incident anew; equal where each incident pages once per group. Faults less than a minute apart are one incident |

An alert is spurious when nothing that \`scripts/scoreboard/alert-truth.ts\` lists for its name happened before it began to fire: a fault of
the right kind that lasted in the ten minutes before (of the validator that it names, where it names one), a view that failed or
lagged then for the cause or by the validator that it names, a forbidden deed or a broken rule of the validator within the hour, or a condition
that the scenario states for the whole run. What is listed for no alert bears out none. Findings page for an hour after the last of them, so
that the runs end before their alerts do.

The floors hold for five incidents; what is spurious or forbidden there fails at once.`;

const HEAD = `# The scoreboard

<!-- Written by \`npm run scoreboard -- --write\`. Do not edit. -->

What the sidecar concludes, held against what really happened. Every scenario is simulated with several seeds; the events of its nodes go
through hooks, lines, intake and domains as they would from real ones, on the stream's own clock; the verdicts and findings that come of
it are joined with the simulator's truth, which no event carries.

\`\`\`
npm run scoreboard                                   # every bundled scenario, 20 seeds
npm run scoreboard -- --scenario '06*' --seeds 5 --wrong
npm run scoreboard -- --dir ./own-scenarios --json
npm run scoreboard -- --socket                       # one seed of each over a real socket
npm run scoreboard -- --alerts                       # also what the shipped alerts said
npm run scoreboard -- --incidents --alone 1          # the incidents that last long enough for alerts
npm run scoreboard -- --wan --attached 2 --alerts    # the long healthy run, and how long it took
npm run scoreboard -- --save held --seeds 20         # may be interrupted, and goes on where it was
npm run scoreboard -- --from a.json --from b.json --write
npm run scoreboard -- --gate                         # what the gate runs: every scenario once, cut short
npm run scoreboard -- --gate --raise                 # raises the floors to what this reaches
\`\`\`

\`--help\` lists the options. \`--wrong\` prints every verdict that differs from the truth, alike ones together, with its grounds and one run
to look at. The floors in \`scripts/scoreboard/floors.json\` are those of the gate's runs and only ever rise.

## How to read it

Each scenario is scored twice: with all nodes attached, and with one, over several positions that differ from seed to seed.

| column | meaning |
| --- | --- |
| found | requirements of the scenario that were met, of all; those with culprits only when exactly these were named |
| forbidden | conclusions drawn that the scenario forbids, views counted singly; \`unknown\` is none |
| detected ms, views | from the first true occurrence to the first conclusion; median and 99th percentile |
| failed | views that truly failed |
| cause precision | of the failed verdicts that name a cause, those that name the true one; one where the view did not fail is wrong |
| cause recall | of the views that truly failed, those whose cause was named |
| culprit precision, recall | the same for each validator that is named, and for each that is to blame |
| false s/b/d/p | findings of safety, byzantine and divergence that the truth does not bear out, and validators said to take no part although nothing was wrong with them |
| over the socket | one seed of each over a Unix socket, through shipping and door, at ten times the speed of life: requirements met, ✓ where all are and no finding is false, and views with the verdict that they have in process, of those that either says failed or lagged |
| resolved ms | from the end of the last fault to the last verdict on a failed view that began after it; 0 when there was none |

With one node attached, what the truth says of that node itself counts as true. The last three views of a run are not scored: they end with
it. Of the findings, \`double_proposal\` is borne out by a leader that states one block and sends another, as one that forks the tail does.
Expectations that no part of the sidecar concludes met count as not found; those about alerts are looked at where alerts are listened to.

${ALERTS}

## The last score`;

/** The document. */
export function renderScoreboard({ rows, total, parts, sockets, wan = [] }: Report): string {
  const alerts = renderAlertTables(rows, total);
  const facts = parts.map((part) => `- ${partText(part)}`).join('\n');
  return `${HEAD}\n\n${facts}\n\n${renderTables(rows, total, sockets)}\n${alerts === '' ? '' : `\n${alerts}\n`}${wanSection(wan)}`;
}

function partText({
  seeds,
  first,
  scenarios,
  views,
  alone,
  runs,
  entered,
  wallS,
  commit,
  date,
}: Part): string {
  const which = scenarios === undefined ? '' : `${scenarios.join(', ')}: `;
  return [
    `${which}seeds ${first} to ${first + seeds - 1}, at most ${views} views a run, ${alone} nodes alone in turn;`,
    `${runs} runs, ${entered} views, ${Math.round(wallS)} s on ${date} at commit ${commit}`,
  ].join(' ');
}

function wanSection(runs: readonly WanReport[]): string {
  if (runs.length === 0) return '';
  const lines = runs.map((run) => `- ${wanText(run)}.`);
  return `\n## The long healthy run\n\nEight regions of the world, nothing wrong, and nothing to say: \`npm run scoreboard -- --wan\`, at the lowest priority and beside\nother work. What is not attached is simulated all the same.\n\n${lines.join('\n')}\n`;
}
