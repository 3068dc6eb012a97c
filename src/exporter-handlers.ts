/** Exporters for HTTP: fills the server's port from the pushes. */
import type { Pushes } from './export/pushes.js';
import type { Handlers } from './server/handlers.js';

/** The exporters as the API shows them. */
export function exporterHandlers(pushes: Pushes): NonNullable<Handlers['exporters']> {
  return {
    list: () =>
      pushes.list().map(({ name, kind, intervalUs, paused, failures, points }) => ({
        name,
        kind,
        interval_seconds: intervalUs === undefined ? null : intervalUs / 1e6,
        paused,
        failures,
        points,
      })),
    pause: (name) => void pushes.pause(name),
    resume: (name) => void pushes.resume(name),
    test: (name) => pushes.test(name),
  };
}
