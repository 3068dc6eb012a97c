/**
 * Package entry `quorumscope/hooks`: what a node imports. It loads the event vocabulary and the hook
 * files, nothing else of ours and nothing of anybody else's.
 */
export { createHooks } from './attach/hooks/create-hooks.js';
export type { DomainHooks, Hooks, HooksControl, HooksOptions } from './attach/hooks/create-hooks.js';
export { ship } from './attach/hooks/ship.js';
export type { ShipOptions } from './attach/hooks/ship.js';
export type { Shipping, ShippingOptions, ShippingStats } from './attach/hooks/shipping.js';
export { attachWorker, isRingMessage } from './attach/hooks/attach-worker.js';
export type { RingMessage, WorkerOptions, WorkerPort } from './attach/hooks/attach-worker.js';
export { HookCollector } from './attach/hooks/collector.js';
export type { HookCollectorOptions } from './attach/hooks/collector.js';
export type { CustomMetric, MetricLabels, MetricsCollector } from './base/metrics-collector.js';
export type { HookMessage, HookStats } from './attach/hooks/emitter.js';
export type { EventTap, TapOrigin } from './attach/hooks/event-tap.js';
export type { HelloUpdate, HookIdentity } from './attach/hooks/hello.js';
export type { HookClock } from './attach/hooks/hook-clock.js';
export type { ValidatorEntry } from './events/schema.js';
