/**
 * Hears what passes a libp2p stream or connection without being a listener of it: a listener for `message`
 * would make the stream hand out what it had kept for the application's own listener, which comes later.
 *
 * Bytes that the application puts back (`unshift`) are heard once. Nothing that `heard` throws reaches
 * libp2p.
 */
import type { MessageStream } from '@libp2p/interface';

/** What passed: libp2p's own byte lists, or arrays. */
export interface Passed {
  readonly byteLength: number;
  /** Byte at `index` of a byte list; arrays are indexed. */
  readonly get?: (index: number) => number;
}

/** Who hears it. `from` is the position of the first byte not heard before. */
export interface Hearing {
  sent(data: Passed): void;
  received(data: Passed, from: number): void;
}

/** The parts of a stream that are watched. */
export type Watched = Pick<MessageStream, 'send' | 'unshift' | 'dispatchEvent'>;

/** Hears everything that passes `stream` from now on. */
export function watchStream(stream: Watched, heard: Hearing): void {
  const send = stream.send.bind(stream);
  const unshift = stream.unshift.bind(stream);
  const dispatch = stream.dispatchEvent.bind(stream);
  let putBack = 0;
  stream.send = (data) => {
    quietly(() => heard.sent(data));
    return send(data);
  };
  stream.unshift = (data) => {
    putBack += data.byteLength;
    unshift(data);
  };
  stream.dispatchEvent = (event) => {
    if (event.type === 'message') {
      const { data } = event as Event & { data: Passed };
      const from = Math.min(putBack, data.byteLength);
      putBack -= from;
      if (from < data.byteLength) quietly(() => heard.received(data, from));
    }
    return dispatch(event);
  };
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // A defect of ours must not cost the node its stream; the bytes are missing from a counter.
  }
}
