/**
 * Sizes of messages on the wire, so that byte counts mean something: signatures of 64 bytes (ed25519),
 * a certificate of q signatures and a bit set (research 1.9: 64q + ceil(n / 8)), hashes of 32 bytes.
 */
import type { Opening, Block } from '../protocol/block.js';
import type { Committee } from '../protocol/committee.js';
import { Kind, type Message } from '../protocol/messages.js';
import { countSigners, type Signers } from '../protocol/signers.js';

const SIGNATURE = 64;
const HASH = 32;
const NUMBER = 8;
const HEADER = 16;

/** Bytes of a block: view, height, parent, timestamp, justify, transactions. */
export function blockBytes(block: Block, committee: Committee): number {
  const justify = certificateBytes(block.justify.signers, committee);
  return 3 * NUMBER + HASH + justify + optional(block.dc?.signers, committee, 0) + block.payload.bytes;
}

/**
 * Bytes of `message` on the wire, the sender's signature included. How an epoch began is shown in its
 * first view; later messages name the epoch only, whose number they have room for.
 */
export function messageBytes(message: Message, committee: Committee): number {
  const { opening } = message;
  const shown = opening?.view === message.view ? openingBytes(opening, committee) : 0;
  const signed = HEADER + NUMBER + SIGNATURE + shown;
  switch (message.kind) {
    case Kind.proposal:
      return signed + blockBytes(message.block, committee) + optional(message.tc?.signers, committee);
    case Kind.vote1:
      return signed + HASH;
    case Kind.vote2:
      return signed + optional(message.qc?.signers, committee);
    case Kind.prepare:
      return signed + certificateBytes(message.qc.signers, committee);
    case Kind.decide:
      return (
        signed +
        certificateBytes(message.qc.signers, committee) +
        certificateBytes(message.dc.signers, committee)
      );
    case Kind.status:
    case Kind.wish:
    case Kind.tc:
      return (
        signed +
        certificateBytes(message.highQc.signers, committee) +
        optional(message.dc?.signers, committee, 0) +
        optional(message.tc?.signers, committee)
      );
    case Kind.syncRequest:
      return signed + NUMBER + HASH;
    case Kind.syncResponse:
      return message.blocks.reduce((sum, block) => sum + blockBytes(block, committee), signed);
  }
}

function openingBytes({ path, last, reached }: Opening, committee: Committee): number {
  const headers = path.map((block) => blockBytes(block, committee) - block.payload.bytes);
  const certificates = certificateBytes(last.signers, committee) + optional(reached?.signers, committee, 0);
  return headers.reduce((sum, bytes) => sum + bytes, certificates);
}

function certificateBytes(signers: Signers, committee: Committee): number {
  return NUMBER + HASH + SIGNATURE * countSigners(signers) + Math.ceil(committee.size / 8);
}

/** @param absent bytes that say that there is none; 0 where the protocol never has one */
function optional(signers: Signers | undefined, committee: Committee, absent = 1): number {
  return signers === undefined ? absent : 1 + certificateBytes(signers, committee);
}
