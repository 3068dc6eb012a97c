/**
 * How a Byzantine validator deviates: its replica runs the protocol, and the behaviour decides what of
 * it leaves, receiver by receiver. So the protocol code under test stays free of attacks, and an
 * attacker can only say what its own key can sign: it never forges the signatures of others.
 */
import { genesisBlock, type Block, type Payload } from '../protocol/block.js';
import { Kind, type Message, type ProposalMessage } from '../protocol/messages.js';
import type { ProtocolName } from '../protocol/replica.js';
import { listSigners, addSigner, noSigners } from '../protocol/signers.js';

/** The ways to deviate. */
export const behaviourNames = [
  /** Nothing leaves; it listens. */
  'silent',
  /** It votes, but as a leader proposes nothing. */
  'silent_proposer',
  /** It proposes, but its votes do not leave. */
  'withhold_votes',
  /** Two blocks in one view: one to the even positions, another to the odd ones. */
  'equivocate',
  /** Each vote is followed by one for another block of the same view. */
  'double_vote',
  /** It extends what the parent extended: the newest certificate is left out. */
  'fork',
  /** What carries its newest certificate, proposal or prepare, goes to one validator; it casts no votes. */
  'hide_lock',
  /** With each vote comes one for a view far ahead. */
  'future_spam',
  /** Its proposals carry a certificate with a signer too few. */
  'invalid_qc',
  /** Its proposals rest on a certificate that an old validator set signed, before it was replaced. */
  'stale_epoch_signers',
] as const;

/** Name of a behaviour. */
export type BehaviourName = (typeof behaviourNames)[number];

/** Who deviates, and what it can do. */
interface Actor {
  readonly self: number;
  readonly size: number;
  readonly protocol: ProtocolName;
  makeBlock(
    view: number,
    parent: Block,
    proof: Pick<Block, 'justify' | 'dc' | 'opening'>,
    payload: Payload,
  ): Block;
}

/** Decides what leaves a validator. */
export interface Behaviour {
  /** Hears what the validator receives. */
  incoming(message: Message): void;
  /** What `to` is sent instead of `message`. */
  outgoing(to: number, message: Message): readonly Message[];
}

/** How far ahead spam is: more than an honest replica takes votes from. */
const SPAM_VIEWS = 5_000;

/** Newest blocks remembered, to build on. */
const REMEMBERED = 64;

/** A validator that deviates by `name`. */
export function behaviourOf(name: BehaviourName, actor: Actor): Behaviour {
  const blocks = new Map<number, Block>([[genesisBlock.id, genesisBlock]]);
  const other = new Map<number, ProposalMessage>();
  const remember = (message: Message): void => {
    if (message.kind !== Kind.proposal) return;
    blocks.set(message.block.id, message.block);
    const [oldest] = blocks.keys();
    if (blocks.size > REMEMBERED && oldest !== undefined) blocks.delete(oldest);
  };
  /** One replacement a proposal, whoever it goes to. */
  const instead = (message: ProposalMessage, make: (block: Block) => Block | undefined): ProposalMessage => {
    const known = other.get(message.block.id);
    if (known !== undefined) return known;
    const block = make(message.block);
    const replaced = block === undefined ? message : { ...message, block };
    other.clear();
    other.set(message.block.id, replaced);
    return replaced;
  };
  const isChosen = (to: number): boolean => to === (actor.self + 2) % actor.size;
  const propose = (to: number, message: ProposalMessage): readonly Message[] => {
    switch (name) {
      case 'silent_proposer':
        return [];
      case 'equivocate':
        return [to % 2 === 0 ? message : instead(message, (block) => sibling(block, blocks, actor))];
      case 'fork':
        return [instead(message, (block) => tailFork(block, blocks, actor))];
      case 'hide_lock':
        return actor.protocol === 'hotstuff2-basic' || isChosen(to) ? [message] : [];
      case 'invalid_qc':
        return [instead(message, withoutOneSigner)];
      case 'stale_epoch_signers':
        return [instead(message, (block) => onOldSet(block, blocks, actor))];
      default:
        return [message];
    }
  };
  return {
    incoming: remember,
    outgoing: (to, message) => {
      remember(message);
      if (name === 'silent') return [];
      if (message.kind === Kind.proposal) return propose(to, message);
      if (name === 'hide_lock') return message.kind === Kind.prepare && isChosen(to) ? [message] : [];
      if (message.kind !== Kind.vote1 && message.kind !== Kind.vote2) return [message];
      if (name === 'withhold_votes') return [];
      if (name === 'double_vote') return [message, { ...message, block: otherThan(message.block, blocks) }];
      if (name !== 'future_spam' || message.kind === Kind.vote2) return [message];
      return [message, { ...message, view: message.view + SPAM_VIEWS }];
    },
  };
}

/** Another block in the same place. */
function sibling(block: Block, blocks: ReadonlyMap<number, Block>, actor: Actor): Block | undefined {
  const parent = blocks.get(block.parent);
  return parent === undefined ? undefined : actor.makeBlock(block.view, parent, block, block.payload);
}

/** A block beside the parent, upon what the parent extends. */
function tailFork(block: Block, blocks: ReadonlyMap<number, Block>, actor: Actor): Block | undefined {
  const parent = blocks.get(block.parent);
  const grandparent = parent === undefined ? undefined : blocks.get(parent.parent);
  if (parent === undefined || grandparent === undefined) return undefined;
  return actor.makeBlock(block.view, grandparent, parent, block.payload);
}

/** A block upon the newest that the set of the epoch before has certified and that is not its last. */
function onOldSet(block: Block, blocks: ReadonlyMap<number, Block>, actor: Actor): Block | undefined {
  const { opening } = block;
  if (opening === undefined) return undefined;
  const { root, path, last } = opening;
  const tip = path.at(-1);
  const justify = last.block === root.id ? root.justify : last;
  const parent = justify.block === tip?.id ? tip : blocks.get(justify.block);
  if (parent === undefined) return undefined;
  return actor.makeBlock(block.view, parent, { justify, dc: undefined, opening }, block.payload);
}

function withoutOneSigner(block: Block): Block {
  const [, ...rest] = listSigners(block.justify.signers);
  const signers = noSigners(32 * block.justify.signers.length);
  for (const signer of rest) addSigner(signers, signer);
  return { ...block, justify: { ...block.justify, signers } };
}

function otherThan(id: number, blocks: ReadonlyMap<number, Block>): number {
  for (const known of blocks.keys()) if (known !== id) return known;
  return 0;
}
