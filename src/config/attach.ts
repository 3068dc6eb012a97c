/** The doors in: where producers attach, and whether what they say is recorded. */
import { isLoopback, tcpAddress } from './address.js';
import { logs } from './attach-logs.js';
import { otlpOf, otlpRules, otlpSettings } from './attach-otlp.js';
import { section } from './section.js';
import { scrape } from './scrape.js';
import { mode, nullable, size, tcpSocket, text, unixSocket, whole } from './setting.js';

/** Where the event socket is when a service manager made the folder for it. */
export const SYSTEM_SOCKET = 'unix:///run/quorumscope/events.sock';

const path = { pattern: /^[^\0]+$/, expected: 'a path' };

export const attach = section({
  name: 'attach',
  doc: 'Where nodes attach. Events travel one way: the sidecar never writes to these sockets.',
  settings: {
    socket: nullable(
      unixSocket({
        doc: "The Unix socket for events; null opens none. Where `/run/quorumscope` cannot be written, the default is `quorumscope/events.sock` in the user's runtime folder (`XDG_RUNTIME_DIR`, else a private folder under the temporary one).",
        fallback: SYSTEM_SOCKET,
        flag: '--socket',
      }),
    ),
    socket_mode: mode({ doc: 'Who may write to the socket.', fallback: '0660' }),
    tcp: nullable(
      tcpSocket({
        doc: 'A loopback TCP address for events; null opens none.',
        fallback: null,
        flag: '--tcp',
      }),
    ),
    logs,
    scrape,
    ...otlpSettings,
    'record.file': nullable(
      text(path, {
        doc: 'Records everything received as NDJSON, for `quorumscope replay`; null records nothing.',
        fallback: null,
        flag: '--record',
      }),
    ),
    'record.max_size': size(
      { min: '1MiB' },
      { doc: 'When the recording reaches this size a new file is begun.', fallback: '1GiB' },
    ),
    'record.keep': whole(
      { min: 0, max: 1000 },
      { doc: 'How many finished recordings are kept besides the current one.', fallback: 3 },
    ),
  },
  rules: (values) => {
    const { tcp } = values;
    const ofOtlp = otlpRules(values);
    const address = typeof tcp === 'string' ? tcpAddress(tcp) : undefined;
    if (!address || isLoopback(address.host)) return ofOtlp;
    const message = `${address.host} can be reached from other machines, and whoever reaches it could state false events. Use 127.0.0.1 or [::1].`;
    return [{ key: 'tcp', message }, ...ofOtlp];
  },
  build: (values) => ({
    /** `unix:///path`, or null. */
    socket: values.socket,
    socketMode: values.socket_mode,
    /** `tcp://host:port` on loopback, or null. */
    tcp: values.tcp,
    /** Logs to follow, each by its name. */
    logs: values.logs,
    /** Pages that are scraped, each by its name. */
    scrape: values.scrape,
    /** The OTLP door; null where it stays shut. */
    otlp: otlpOf(values),
    record:
      values['record.file'] === null
        ? null
        : {
            file: values['record.file'],
            maxSizeBytes: values['record.max_size'],
            keep: values['record.keep'],
          },
  }),
});
