/** The validator set of a chain, and a node's place in it. Series of those who left are retired. */
import type { Gauge } from '../../metrics/series.js';
import type { ChainScope, NodeObserver, NodeScope, ValidatorMember } from '../domain.js';
import { setOrClear } from '../span.js';
import { quorumOf } from './quorum.js';
import { validatorMetrics as m } from './validator-metrics.js';

/** The set as series of the chain; `update` brings them in line with the set in force. */
export function validatorSetSeries({ series, names }: ChainScope): { update(): void } {
  const shown = new Map<string, { readonly info: Gauge; readonly power: Gauge; readonly label: string }>();
  const validators = series.gauge(m.validators);
  const setPower = series.gauge(m.setPower);
  const quorumPower = series.gauge(m.quorumPower);
  const show = ({ id, label, power }: ValidatorMember): void => {
    let entry = shown.get(id);
    if (!entry) {
      entry = { info: series.gauge(m.info, label, id), power: series.gauge(m.power, label), label };
      shown.set(id, entry);
    }
    entry.info.set(1);
    entry.power.set(power);
  };
  const update = (): void => {
    const labels = new Map(names.members.map(({ id, label }) => [id, label]));
    for (const [id, entry] of shown) {
      if (labels.get(id) === entry.label) continue;
      series.release(entry.info);
      series.release(entry.power);
      shown.delete(id);
    }
    if (names.members.length === 0) return;
    const power = names.members.reduce((sum, member) => sum + member.power, 0);
    validators.set(names.members.length);
    setPower.set(power);
    quorumPower.set(quorumOf(power));
    names.members.forEach(show);
  };
  return { update };
}

/** Epoch, own voting power, and which validator the node is. */
export function observeMembership({ series, names }: NodeScope): NodeObserver {
  const epoch = series.gauge(m.epoch);
  const changes = series.counter(m.epochChanges);
  const ownPower = series.gauge(m.ownPower);
  let self: string | undefined;
  let info: { readonly gauge: Gauge; readonly label: string } | undefined;
  const identify = (label: string | undefined): void => {
    if (info?.label === label) return;
    if (info !== undefined) series.release(info.gauge);
    info = label === undefined ? undefined : { gauge: series.gauge(m.node, label), label };
    info?.gauge.set(1);
  };
  const place = (): void => {
    const isKnown = self !== undefined && names.members.length > 0;
    const member = names.members.find(({ id }) => id === self);
    setOrClear(ownPower, isKnown ? (member?.power ?? 0) : undefined);
    identify(member?.label);
  };
  return {
    handlers: {
      'consensus.epoch_changed': (event) => {
        changes.add();
        epoch.set(event.epoch);
      },
      'consensus.view_entered': (event) => {
        if (event.epoch !== undefined) epoch.set(event.epoch);
      },
    },
    hello: (hello) => {
      self = hello.validator;
      if (hello.epoch !== undefined) epoch.set(hello.epoch);
      place();
    },
    validators: place,
  };
}
