/** What the remote-write protocol asks of a request besides its body. */
export const remoteWriteHeaders = {
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
} as const;
