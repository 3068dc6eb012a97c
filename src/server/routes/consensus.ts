/**
 * What the sidecar understands of consensus: views, verdicts, validators, evidence. What is asked wrongly is answered
 * 400 with every problem in a line of its own.
 */
import type { Answer, Handlers } from '../handlers.js';
import {
  jsonReply,
  textReply,
  type DocumentedParameter,
  type DocumentedReply,
  type Reply,
  type Route,
} from '../route.js';
import { findingShape, validatorsShape, verdictShape, viewLineShape, viewShape } from './consensus-shapes.js';
import { list, object, type Shape } from './shapes.js';

/** Where these routes are. */
export const API_PATH = '/api/quorumscope/v1';

const query = (name: string, doc: string, type = 'string'): DocumentedParameter => ({
  name,
  in: 'query',
  doc,
  schema: { type },
});

const chain = query('chain', 'one chain only; needed for a single view where there are several');
const filters: readonly DocumentedParameter[] = [
  chain,
  query('from', 'first view', 'integer'),
  query('to', 'last view, included', 'integer'),
  query('outcome', '`decided`, `lagged`, `failed` or `skipped`'),
  query('cause', 'a cause of docs/CAUSES.md'),
  query('validator', 'name or id of a culprit'),
];

const limit = (usual: number): DocumentedParameter =>
  query('limit', `how many at most, 1 to 1000; ${usual} when it is not said`, 'integer');

const wrong: DocumentedReply = {
  status: 400,
  doc: 'What is wrong with the question, a line for each problem.',
  contentTypes: ['text/plain'],
};
const absent: DocumentedReply = { status: 404, doc: 'There is none.', contentTypes: ['text/plain'] };

const found = (doc: string, schema: Shape): DocumentedReply => ({
  status: 200,
  doc,
  contentTypes: ['application/json'],
  schema,
});

/** `/views`, `/verdicts`, `/validators`, `/evidence`. */
export function consensusRoutes({ consensus }: Handlers): Route[] {
  return [
    {
      method: 'GET',
      path: `${API_PATH}/views`,
      summary: 'The last views',
      doc: 'The highest views first, each with its verdict and what every attached node saw in one line. Failed and lagged views are held longer than the others; with an archive of history these, slow ones and those with findings are there for as long as `history.retention_views` says.',
      parameters: [...filters, limit(20)],
      replies: [found('The views.', object({ views: list(viewLineShape) })), wrong],
      handle: async (request) => replyOf(await consensus.views(request.query)),
    },
    {
      method: 'GET',
      path: `${API_PATH}/views/{view}`,
      summary: 'Everything on one view',
      doc: 'The verdict with its grounds, what every attached node saw and when, what became of every vote, findings, and what is missing. `quorumscope explain` prints it.',
      parameters: [{ name: 'view', in: 'path', doc: 'its number', schema: { type: 'integer' } }, chain],
      replies: [found('The view.', viewShape), wrong, absent],
      handle: async (request) => replyOf(await consensus.view(request.parameter('view'), request.query)),
    },
    {
      method: 'GET',
      path: `${API_PATH}/verdicts`,
      summary: 'Verdicts on views',
      doc: 'What became of each view, and when it failed or lagged, why, through whose fault, and what speaks for that. The highest views first.',
      parameters: [...filters, limit(100)],
      replies: [found('The verdicts.', object({ verdicts: list(verdictShape) })), wrong],
      handle: async (request) => replyOf(await consensus.verdicts(request.query)),
    },
    {
      method: 'GET',
      path: `${API_PATH}/validators`,
      summary: 'How the validators stand',
      doc: 'Votes in time, late and absent, success as a leader, score, blame, and how many can still fail.',
      parameters: [chain],
      replies: [found('By chain.', object({ chains: list(validatorsShape) })), wrong],
      handle: (request) => replyOf(consensus.validators(request.query)),
    },
    ...evidenceRoutes(consensus),
  ];
}

function evidenceRoutes(consensus: Handlers['consensus']): Route[] {
  return [
    {
      method: 'GET',
      path: `${API_PATH}/evidence`,
      summary: 'Findings and their evidence',
      doc: 'What somebody did against the protocol, or what nodes contradict each other about, with the statements that prove it. The newest first. It survives restarts where `data.dir` is set.',
      parameters: [
        chain,
        query('class', '`safety`, `byzantine` or `divergence`'),
        query('kind', 'such as `double_vote`'),
        query('validator', 'name or id of a validator that is named'),
        query('view', 'the view that it is about', 'integer'),
        query('from_us', 'found at this time or later, microseconds since the Unix epoch', 'integer'),
        query('to_us', 'found before this time', 'integer'),
        limit(100),
      ],
      replies: [found('The findings.', object({ evidence: list(findingShape) })), wrong],
      handle: (request) => replyOf(consensus.evidence(request.query)),
    },
    {
      method: 'GET',
      path: `${API_PATH}/evidence/{id}`,
      summary: 'One finding',
      doc: 'A finding by its id, which is the same wherever and whenever the same fact is found.',
      parameters: [{ name: 'id', in: 'path', doc: 'its id', schema: { type: 'string' } }],
      replies: [found('The finding.', findingShape), absent],
      handle: (request) => replyOf(consensus.finding(request.parameter('id'))),
    },
  ];
}

function replyOf(answer: Answer): Reply {
  if ('problems' in answer) return textReply(400, answer.problems.join('\n'));
  return 'absent' in answer ? textReply(404, answer.absent) : jsonReply(200, answer.document);
}
