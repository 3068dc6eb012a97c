/**
 * Calls of contracts and plugins on one node. Fuel of a call includes what it called, so that only
 * outermost calls add up; fuel by class is self cost, so that all calls add up.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter, Gauge } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel, type OpenLabel } from '../scoped-series.js';
import { setOrClear } from '../span.js';
import { ratioOf, SlidingTotal } from '../window.js';
import { callMetrics as m } from './catalogue.js';

/** Contracts that keep their own name, per node. */
const MOST_CONTRACTS = 50;

type Completed = EventMap['execution.invocation_completed'];
type FuelClass = EventMap['execution.host_call_completed']['class'];
type Amounts = Completed['fuel_by_class'];

/** Adds the amounts of a call to the counters of their classes. */
function addAmounts(counters: ClosedLabel<FuelClass, Counter>, amounts: Amounts, weight: number): void {
  for (const name in amounts) {
    const amount = amounts[name as FuelClass];
    if (amount !== undefined) counters.at(name as FuelClass).add(Number(amount) * weight);
  }
}

/** Calls, their fuel, time and memory. */
export function observeCalls({ series }: NodeScope): NodeObserver {
  const contracts = series.open('contract', MOST_CONTRACTS, (contract) => ({
    outcomes: new ClosedLabel((outcome: Completed['outcome']) =>
      series.counter(m.invocations, contract, outcome),
    ),
    duration: series.histogram(m.duration, contract),
    hostWait: series.counter(m.hostWait, contract),
    fuel: series.counter(m.fuelUsed, contract),
    failedFuel: series.counter(m.failedFuel, contract),
  }));
  const fuel = series.histogram(m.fuel);
  const limitRatio = series.histogram(m.limitRatio);
  const classFuel = new ClosedLabel((name: FuelClass) => series.counter(m.classFuel, name));
  const classOperations = new ClosedLabel((name: FuelClass) => series.counter(m.classOperations, name));
  const classBytes = new ClosedLabel((name: FuelClass) => series.counter(m.classBytes, name));
  const memoryPeak = series.histogram(m.memoryPeak);
  const memoryEnd = series.histogram(m.memoryEnd);
  return {
    handlers: {
      'execution.invocation_completed': (event) => {
        const weight = event.weight ?? 1;
        const contract = contracts.at(event.contract);
        const used = Number(event.fuel_used);
        contract.outcomes.at(event.outcome).add(weight);
        contract.duration.observe(event.duration_us / 1e6, weight);
        if (event.host_wait_us !== undefined) contract.hostWait.add((event.host_wait_us / 1e6) * weight);
        if ((event.depth ?? 0) === 0) {
          contract.fuel.add(used * weight);
          if (event.outcome !== 'ok') contract.failedFuel.add(used * weight);
          fuel.observe(used, weight);
        }
        const limit = Number(event.fuel_limit ?? 0);
        if (limit > 0) limitRatio.observe(used / limit, weight);
        addAmounts(classFuel, event.fuel_by_class, weight);
        addAmounts(classOperations, event.operations_by_class, weight);
        addAmounts(classBytes, event.bytes_by_class, weight);
        if (event.memory_peak_bytes !== undefined) memoryPeak.observe(event.memory_peak_bytes, weight);
        if (event.memory_end_bytes !== undefined) memoryEnd.observe(event.memory_end_bytes, weight);
      },
    },
  };
}

interface Expectation {
  readonly expected: SlidingTotal;
  readonly used: SlidingTotal;
  readonly gauge: Gauge;
}

/** Expected over used fuel per contract. */
export function observeEfficiency({ series, windowUs, clock }: NodeScope): NodeObserver {
  const contracts: OpenLabel<Expectation> = series.open('contract', MOST_CONTRACTS, (contract) => ({
    expected: new SlidingTotal(windowUs, clock.nowUs()),
    used: new SlidingTotal(windowUs, clock.nowUs()),
    gauge: series.gauge(m.efficiency, contract),
  }));
  const restart = (): void => {
    for (const { expected, used, gauge } of contracts.entries()) {
      expected.restart();
      used.restart();
      gauge.clear();
    }
  };
  return {
    handlers: {
      'execution.invocation_completed': (event) => {
        if (event.expected_fuel === undefined) return;
        const weight = event.weight ?? 1;
        const { expected, used } = contracts.at(event.contract);
        expected.add(Number(event.expected_fuel) * weight);
        used.add(Number(event.fuel_used) * weight);
      },
    },
    tick: (nowUs) => {
      for (const { expected, used, gauge } of contracts.entries()) {
        expected.advance(nowUs);
        used.advance(nowUs);
        setOrClear(gauge, ratioOf(expected, used));
      }
    },
    gap: (domain) => {
      if (domain === 'execution') restart();
    },
    detached: restart,
  };
}

/** Host calls, memory requests, calls that do not end. */
export function observeHostCalls({ series }: NodeScope): NodeObserver {
  type Outcome = EventMap['execution.host_call_completed']['outcome'];
  const classes = new ClosedLabel((name: FuelClass) => ({
    outcomes: new ClosedLabel<Outcome, Counter>((outcome) => series.counter(m.hostCalls, name, outcome)),
    duration: series.histogram(m.hostCallDuration, name),
  }));
  const growths = new ClosedLabel((outcome: 'granted' | 'refused') =>
    series.counter(m.memoryGrowths, outcome),
  );
  const overruns = series.open('contract', MOST_CONTRACTS, (contract) =>
    series.counter(m.overruns, contract),
  );
  return {
    handlers: {
      'execution.host_call_completed': (event) => {
        const { outcomes, duration } = classes.at(event.class);
        outcomes.at(event.outcome).add(event.weight ?? 1);
        duration.observe(event.duration_us / 1e6, event.weight);
      },
      'execution.memory_grown': (event) =>
        growths.at(event.granted ? 'granted' : 'refused').add(event.weight ?? 1),
      'execution.invocation_overran': (event) => overruns.at(event.contract).add(),
    },
  };
}
