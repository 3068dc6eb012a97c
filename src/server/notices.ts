/** What to tell whoever looks at a sidecar that nothing is attached to: the same words on the page, in the log and on the terminal. */

/** Where producers can attach. */
export interface AttachAddresses {
  readonly socket?: string | undefined;
  readonly tcp?: string | undefined;
}

/** Lines for the top of a metrics page. */
export function unattachedNotices(addresses: AttachAddresses): string[] {
  const address = addresses.socket ?? addresses.tcp;
  if (address === undefined) {
    return [
      'No node is attached, and no door is open: set attach.socket or attach.tcp in the configuration.',
    ];
  }
  return [
    'No node is attached, so there are no metrics about nodes.',
    `Start a node with QUORUMSCOPE_EVENTS=${address} or let it write NDJSON events there (docs/PROTOCOL.md).`,
  ];
}
