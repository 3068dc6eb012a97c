/**
 * The names of libp2p's errors, as it counts failed dials by them, in the words of the network domain. What
 * is not known here is `other`; libp2p's own counter keeps the name.
 */
import type { connectionErrors } from '../../events/network.js';

type Reason = (typeof connectionErrors)[number];

/** Direction of the connections whose failures libp2p counts under a name. */
export const failureCounters: Readonly<Record<string, 'inbound' | 'outbound'>> = {
  libp2p_connection_manager_dials_inbound_errors_total: 'inbound',
  libp2p_connection_manager_dials_outbound_errors_total: 'outbound',
};

const reasons: Readonly<Record<string, Reason>> = {
  TimeoutError: 'timeout',
  AbortError: 'timeout',
  ConnectionRefusedError: 'refused',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  NoValidAddressesError: 'unreachable',
  EncryptionFailedError: 'handshake',
  InvalidCryptoExchangeError: 'handshake',
  UnexpectedPeerError: 'handshake',
  UnsupportedProtocolError: 'handshake',
  MuxerUnavailableError: 'handshake',
  InvalidPeerIdError: 'handshake',
  ConnectionDeniedError: 'limit',
  ConnectionInterceptedError: 'limit',
  TooManyPendingConnectionsError: 'limit',
};

/** @param error the name under which libp2p counted it */
export function failureReason(error: string): Reason {
  return reasons[error] ?? 'other';
}
