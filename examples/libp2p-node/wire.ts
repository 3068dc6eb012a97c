/**
 * Messages of the protocol machine as bytes: JSON, in which typed arrays are marked. A real node would
 * use a binary form and sign it; what matters here is that all of it passes libp2p's streams.
 */
import type { Message } from '../../simulator/protocol/messages.js';
import { messageNames } from '../../simulator/protocol/messages.js';

/** The protocols that the validators speak, a stream each. */
export const protocols = {
  proposal: '/hotstuff/proposal/1.0.0',
  vote: '/hotstuff/vote/1.0.0',
  pacemaker: '/hotstuff/pacemaker/1.0.0',
} as const;

type Protocol = (typeof protocols)[keyof typeof protocols];

/** Which protocol carries a message. */
export function protocolOf(message: Message): Protocol {
  const name = messageNames[message.kind];
  if (name === 'proposal' || name === 'sync_response') return protocols.proposal;
  return name === 'vote1' || name === 'vote2' ? protocols.vote : protocols.pacemaker;
}

export function encode(message: Message): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message, mark));
}

export function decode(bytes: Uint8Array): Message {
  return JSON.parse(new TextDecoder().decode(bytes), unmark) as Message;
}

function mark(_key: string, value: unknown): unknown {
  if (value instanceof Uint32Array) return { uint32: [...value] };
  if (value instanceof Int32Array) return { int32: [...value] };
  return value;
}

function unmark(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { uint32, int32 } = value as { uint32?: number[]; int32?: number[] };
  if (uint32 !== undefined) return Uint32Array.from(uint32);
  return int32 === undefined ? value : Int32Array.from(int32);
}
