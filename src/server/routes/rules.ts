/** Rules and alerts as Prometheus's API tells them, and the reading of rule files anew. Answers come from the handler. */
import type { Handlers } from '../handlers.js';
import { textReply, type DocumentedParameter, type Route } from '../route.js';

const text = { type: 'string' } as const;
const several = (name: string, doc: string): DocumentedParameter => ({
  name,
  in: 'query',
  doc,
  schema: { type: 'array', items: text },
});

const parameters: readonly DocumentedParameter[] = [
  { name: 'type', in: 'query', doc: '`alert` or `record`; else both.', schema: text },
  several('rule_name[]', 'Only rules of these names.'),
  several('rule_group[]', 'Only groups of these names.'),
  several('file[]', 'Only groups of these files.'),
  { name: 'exclude_alerts', in: 'query', doc: '`true` leaves out the alerts of each rule.', schema: text },
];

const json = ['application/json'] as const;
const plain = ['text/plain'] as const;

const starting = { status: 503, doc: 'The sidecar is starting: `unavailable`.', contentTypes: json };

/** The routes; none where no rules are evaluated. */
export function rulesRoutes({ rules, reload }: Handlers): Route[] {
  const routes: Route[] = [];
  if (rules)
    routes.push(
      {
        method: 'GET',
        path: '/api/v1/rules',
        summary: 'Rules and how they are',
        doc: "Groups with their rules, health, last evaluation and alerts, in Prometheus's form.",
        parameters,
        replies: [
          { status: 200, doc: "Prometheus's envelope around `groups`.", contentTypes: json },
          { status: 400, doc: 'A parameter does not hold: `bad_data`.', contentTypes: json },
          starting,
        ],
        handle: ({ query }) => ({ ...rules.rules(query), contentType: 'application/json' }),
      },
      {
        method: 'GET',
        path: '/api/v1/alerts',
        summary: 'Alerts that are pending or firing',
        doc: "In Prometheus's form: labels, annotations, state, since when, value.",
        replies: [
          { status: 200, doc: "Prometheus's envelope around `alerts`.", contentTypes: json },
          starting,
        ],
        handle: () => ({ ...rules.alerts(), contentType: 'application/json' }),
      },
    );
  if (reload)
    routes.push({
      method: 'POST',
      path: '/-/reload',
      summary: 'Read the rule files anew',
      doc: 'All or nothing: where a file has a problem the old rules stay, and every problem is told. Alerts of rules that are still there go on.',
      replies: [
        { status: 200, doc: 'The new rules are in force.', contentTypes: plain },
        {
          status: 500,
          doc: 'Why they are not: every problem with file, line and column.',
          contentTypes: plain,
        },
      ],
      handle: async () => {
        const problem = await reload();
        return problem === undefined ? textReply(200, 'reloaded') : textReply(500, problem);
      },
    });
  return routes;
}
