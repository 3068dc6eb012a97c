/**
 * The machine that a simulated node runs on: how long its disk takes to make data durable, and what
 * signatures cost its processor. Ideal hardware takes no time at all, which makes the protocol's
 * closed forms exact; realistic hardware uses published measurements.
 */
import type { Random } from '../../src/base/random.js';
import { Kind, type Message } from '../protocol/messages.js';
import { countSigners } from '../protocol/signers.js';

/** How real the machine is. */
export interface Hardware {
  /** `instant`, or drawn from measured fsync times. */
  readonly fsync: 'instant' | 'measured';
  /** `free`, or the cost of signatures, one message after the other. */
  readonly processor: 'free' | 'modelled';
}

/**
 * fsync times of an etcd write-ahead log, 100,037 samples (research 4, S43): upper bound in
 * microseconds and cumulative share.
 */
const FSYNC_BUCKETS: readonly (readonly [upToUs: number, share: number])[] = [
  [1_000, 0.768],
  [2_000, 0.9716],
  [4_000, 0.9918],
  [8_000, 0.9963],
  [16_000, 0.9987],
  [32_000, 0.9993],
  [64_000, 0.9998],
  [128_000, 0.99993],
  [256_000, 1],
];

/** Uniform within a bucket; with this floor of the first one the mean is the published 0.957 ms. */
const FSYNC_FLOOR_US = 225;

/** Draws one fsync time, whole microseconds. */
export function measuredFsyncUs(random: Random): number {
  const at = random.float();
  let fromUs = FSYNC_FLOOR_US;
  let fromShare = 0;
  for (const [upToUs, share] of FSYNC_BUCKETS) {
    if (at < share) return Math.round(fromUs + ((at - fromShare) / (share - fromShare)) * (upToUs - fromUs));
    fromUs = upToUs;
    fromShare = share;
  }
  return fromUs;
}

/** ed25519-dalek on an i7-10700K (research 4, S48), microseconds. */
export const SIGN_US = 15;
export const VERIFY_US = 40;
const VERIFY_IN_BATCH_US = 19;

/** Signature work that a message causes at its receiver. */
export interface SignatureWork {
  /** Single verifications: the sender's signature. */
  readonly single: number;
  /** Signatures of the certificates inside, verified as one batch. */
  readonly batched: number;
}

/** What a receiver must verify. */
export function signatureWork(message: Message): SignatureWork {
  switch (message.kind) {
    case Kind.proposal: {
      const { justify } = message.block;
      return { single: 1, batched: countSigners(justify.signers) + of(message.block.dc) + of(message.tc) };
    }
    case Kind.prepare:
      return { single: 1, batched: countSigners(message.qc.signers) };
    case Kind.decide:
      // The certificate of votes1 came with the prepare.
      return { single: 1, batched: countSigners(message.dc.signers) };
    case Kind.status:
    case Kind.wish:
    case Kind.tc:
      return { single: 1, batched: countSigners(message.highQc.signers) + of(message.dc) + of(message.tc) };
    case Kind.syncResponse:
      return {
        single: 1,
        batched: message.blocks.reduce((sum, block) => sum + countSigners(block.justify.signers), 0),
      };
    case Kind.vote1:
    case Kind.vote2:
    case Kind.syncRequest:
      return { single: 1, batched: 0 };
  }
}

/** Time that the work takes, microseconds. */
export function workUs(work: SignatureWork): number {
  return work.single * VERIFY_US + work.batched * VERIFY_IN_BATCH_US;
}

function of(certificate: { readonly signers: Uint32Array } | undefined): number {
  return certificate === undefined ? 0 : countSigners(certificate.signers);
}
