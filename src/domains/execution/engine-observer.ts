/** The engine under the calls of one node: modules, instances, optimisation, limits, advice. */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter, Gauge } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel } from '../scoped-series.js';
import { engineMetrics as m } from './catalogue.js';

/** Instances followed at a time; more are counted, but the number alive is then not known. */
const MOST_INSTANCES = 10_000;

/** Long-lived instances. */
export function observeInstances({ series }: NodeScope): NodeObserver {
  const created = series.counter(m.instancesCreated);
  const terminated = new ClosedLabel((reason: EventMap['execution.instance_terminated']['reason']) =>
    series.counter(m.instancesTerminated, reason),
  );
  const active = series.gauge(m.instancesActive);
  const lifetime = series.histogram(m.instanceLifetime);
  const alive = new Set<string>();
  const show = (): void => (alive.size < MOST_INSTANCES ? active.set(alive.size) : active.clear());
  const forget = (): void => {
    alive.clear();
    active.clear();
  };
  return {
    handlers: {
      'execution.instance_created': (event) => {
        created.add();
        if (alive.size < MOST_INSTANCES) alive.add(event.instance);
        show();
      },
      'execution.instance_terminated': (event) => {
        terminated.at(event.reason).add();
        if (event.lifetime_us !== undefined) lifetime.observe(event.lifetime_us / 1e6);
        alive.delete(event.instance);
        show();
      },
    },
    hello: (_hello, isNewRun) => {
      if (isNewRun) forget();
    },
    gap: (domain) => {
      if (domain === 'execution') forget();
    },
  };
}

/** Module cache and optimisation. */
export function observeModules({ series }: NodeScope): NodeObserver {
  type Operation = EventMap['execution.module_handled']['operation'];
  type Optimized = EventMap['execution.optimization_completed'];
  const modules = new ClosedLabel((operation: Operation) => series.counter(m.modules, operation));
  const durations = new ClosedLabel((operation: Operation) => series.histogram(m.moduleDuration, operation));
  const started = new ClosedLabel((kind: Optimized['kind']) => series.counter(m.optimizationsStarted, kind));
  const completed = new ClosedLabel(
    (kind: Optimized['kind']) =>
      new ClosedLabel<Optimized['outcome'], Counter>((outcome) =>
        series.counter(m.optimizationsCompleted, kind, outcome),
      ),
  );
  const improvements = new ClosedLabel((kind: Optimized['kind']) =>
    series.gauge(m.optimizationImprovement, kind),
  );
  const duration = series.histogram(m.optimizationDuration);
  return {
    handlers: {
      'execution.module_handled': (event) => {
        modules.at(event.operation).add(event.weight ?? 1);
        if (event.duration_us !== undefined)
          durations.at(event.operation).observe(event.duration_us / 1e6, event.weight);
      },
      'execution.optimization_started': (event) => started.at(event.kind).add(),
      'execution.optimization_completed': (event) => {
        completed.at(event.kind).at(event.outcome).add();
        duration.observe(event.duration_us / 1e6);
        if (event.improvement !== undefined) improvements.at(event.kind).set(event.improvement);
      },
    },
  };
}

/** Limits and answers to advice. */
export function observeLimits({ series }: NodeScope): NodeObserver {
  type Changed = EventMap['execution.limit_changed'];
  type Answered = EventMap['execution.advice_answered'];
  const limits = new ClosedLabel(
    (scope: Changed['scope']) =>
      new ClosedLabel<Changed['dimension'], Gauge>((dimension) => series.gauge(m.limit, scope, dimension)),
  );
  const changes = new ClosedLabel((source: Changed['source']) => series.counter(m.limitChanges, source));
  const answers = new ClosedLabel(
    (action: Answered['action']) =>
      new ClosedLabel<Answered['result'], Counter>((result) => series.counter(m.advice, action, result)),
  );
  return {
    handlers: {
      'execution.limit_changed': (event) => {
        limits.at(event.scope).at(event.dimension).set(Number(event.new));
        changes.at(event.source).add();
      },
      'execution.advice_answered': (event) => answers.at(event.action).at(event.result).add(),
    },
  };
}
