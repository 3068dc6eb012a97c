/** The network domain: messages and peers per node, delivery between the attached nodes per chain. */
import type { Domain } from '../domain.js';
import { networkMetrics } from './catalogue.js';
import { Delivery } from './delivery.js';
import { observeHandling, TrafficObserver } from './message-observer.js';
import { observeClocks, observePeers } from './peer-observer.js';

/** Messages, peers, links, delivery. */
export const networkDomain: Domain = {
  name: 'network',
  events: 'network',
  metrics: networkMetrics,
  open(chain) {
    const delivery = new Delivery(chain);
    return {
      counting: (scope) => [new TrafficObserver(scope), observeHandling(scope), observePeers(scope)],
      node: (scope) => [observeClocks(scope), delivery.observe(scope.node)],
      tick: (nowUs) => delivery.tick(nowUs),
    };
  },
};
