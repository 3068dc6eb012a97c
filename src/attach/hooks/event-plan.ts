/**
 * What a hook has to know of its event, resolved once for the process: positions instead of names, and
 * the channel that foreign code subscribes to. Built from the vocabulary; never says anything of its own.
 */
import { channel, type Channel } from 'node:diagnostics_channel';
import type { EventSchema, Priority } from '../../events/schema.js';
import { domainNames, domains, schemas, type DomainName } from '../../events/vocabulary.js';

/** Rank of a priority: what goes first when room is short has the lowest. */
export const ranks = { bulk: 0, normal: 1, vital: 2 } as const satisfies Record<Priority, number>;

/** A priority's rank. */
export type Rank = (typeof ranks)[Priority];

/** One event type as its hook sees it. */
export interface EventPlan {
  readonly type: string;
  /** Position in `schemas` and `encoders`. */
  readonly index: number;
  /** Position in `domainNames`. */
  readonly domain: number;
  readonly rank: Rank;
  readonly sampled: boolean;
  /** `quorumscope:<type>`; whoever subscribes hears every hooks object of the process. */
  readonly channel: Channel;
}

/** The plans of a domain by hook name. */
export function plansOf(domain: DomainName): readonly (readonly [hook: string, plan: EventPlan])[] {
  return plans.get(domain) ?? [];
}

const plans: ReadonlyMap<DomainName, readonly (readonly [string, EventPlan])[]> = new Map(
  domainNames.map((name) => [
    name,
    Object.entries<EventSchema>(domains[name]).map(([hook, schema]) => [hook, planOf(schema)] as const),
  ]),
);

function planOf(schema: EventSchema): EventPlan {
  return {
    type: schema.type,
    index: schemas.indexOf(schema),
    domain: domainNames.indexOf(schema.domain as DomainName),
    rank: ranks[schema.priority],
    sampled: schema.sampled === true && schema.priority !== 'vital',
    channel: channel(`quorumscope:${schema.type}`),
  };
}
