/**
 * Where HTTP is served. Nothing but loopback without the operator saying so in as many words: there is no
 * authentication here, and what a validator does is worth knowing to an attacker.
 */
import { isLoopback, type ListenAddress } from './address.js';
import { section, type Contradiction } from './section.js';
import { listen, nullable, toggle } from './setting.js';

export const server = section({
  name: 'server',
  doc: 'HTTP.',
  settings: {
    listen: listen({
      doc: 'Where everything is served. Port 0 takes any free port.',
      fallback: '127.0.0.1:10920',
      flag: '--listen',
      formerly: ['prometheus_port', 'port'],
    }),
    insecure: toggle({
      doc: 'Says that serving other machines without authentication is intended. Needed for any address but loopback; it also stops checking the `Host` header.',
      fallback: false,
      flag: '--insecure',
    }),
    telemetry_listen: nullable(
      listen({
        doc: 'A second address with `/metrics`, `/livez` and `/readyz` only, for pod networks; null opens none.',
        fallback: null,
        flag: '--telemetry-listen',
      }),
    ),
  },
  rules: ({ listen, telemetry_listen, insecure }) => {
    if (insecure !== false) return [];
    return [
      ...refuseOpen('listen', listen),
      ...refuseOpen('telemetry_listen', telemetry_listen ?? undefined),
    ];
  },
  build: (values) => ({
    listen: values.listen,
    insecure: values.insecure,
    telemetryListen: values.telemetry_listen,
  }),
});

function refuseOpen<K extends string>(key: K, address: ListenAddress | undefined): Contradiction<K>[] {
  if (!address || isLoopback(address.host)) return [];
  const message =
    `${address.host} can be reached from other machines, and nothing here asks who is there. ` +
    'Listen on 127.0.0.1 or [::1], or set server.insecure: true if you trust that network.';
  return [{ key, message }];
}
