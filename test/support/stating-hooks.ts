/**
 * Hooks for a simulated node that hand what it states to a listener: its `hello` when its process starts, then
 * each event, complete, with the index of its schema, as the intake would hand it on.
 */
import { snakeCase } from '../../src/events/schema.js';
import {
  domainNames,
  domains,
  schemas,
  type DomainEvent,
  type DomainName,
  type HelloEvent,
} from '../../src/events/vocabulary.js';
import type { NodeIdentity, SimulatedNodeHooks } from '../../simulator/main.js';

/** Who hears a node. */
export interface StatementListener {
  hello(hello: HelloEvent): void;
  event(event: DomainEvent, index: number): void;
  /** The process has ended. */
  closed?(): void;
}

const indexByType = new Map(schemas.map((schema, index) => [schema.type, index]));

/** Position of an event's schema in `schemas`. */
export function indexOf({ type }: DomainEvent): number {
  return indexByType.get(type)!;
}

/** @param isTold which events are; all by default. The others are neither made nor counted. */
export function statingHooks(
  identity: NodeIdentity,
  listener: StatementListener,
  isTold: (domain: DomainName, type: string) => boolean = () => true,
): SimulatedNodeHooks {
  const { node, clock } = identity;
  const stamp = (): { ts_us: number; mono_us: number } => ({ ts_us: clock.nowUs(), mono_us: clock.monoUs() });
  listener.hello(helloOf(identity, stamp()));
  const hooks = domainNames.map((domain) => {
    let seq = 0;
    const named = Object.keys(domains[domain]).map((hook) => {
      const type = `${domain}.${snakeCase(hook)}`;
      const index = indexByType.get(type)!;
      const say = (body: object): void => {
        const event = { type, node, ...stamp(), seq: seq++, ...body } as unknown as DomainEvent;
        listener.event(event, index);
      };
      return [hook, isTold(domain, type) ? say : () => undefined] as const;
    });
    return [domain, Object.fromEntries(named)] as const;
  });
  const close = (): void => listener.closed?.();
  return { ...(Object.fromEntries(hooks) as unknown as SimulatedNodeHooks), close };
}

function helloOf(identity: NodeIdentity, stamp: { ts_us: number; mono_us: number }): HelloEvent {
  const { chain, node, run, validators, validator, protocol, viewTimeoutUs } = identity;
  return {
    type: 'hello',
    node,
    chain,
    run,
    validators: [...validators],
    validator,
    protocol,
    view_timeout_us: viewTimeoutUs,
    ...stamp,
  };
}
