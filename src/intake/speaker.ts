/** One node's voice on one feed: where its lines are counted, and by which run its `seq` is judged. */
import type { HelloEvent } from '../events/vocabulary.js';
import type { Account } from './account.js';
import type { FeedProgress } from './feed-progress.js';
import type { NodeState, Run } from './node.js';
import type { Speaking } from './tap.js';

/** Made by a `hello`, replaced by the next one of the same node on the same feed. */
export class Speaker implements Speaking {
  readonly feed: FeedProgress;
  readonly node: NodeState;
  readonly run: Run;
  readonly hello: HelloEvent;
  readonly account: Account;

  constructor(feed: FeedProgress, node: NodeState, run: Run, hello: HelloEvent, account: Account) {
    this.feed = feed;
    this.node = node;
    this.run = run;
    this.hello = hello;
    this.account = account;
  }

  nextSeq(): Readonly<Record<string, number>> {
    return this.run.nextSeq();
  }
}
