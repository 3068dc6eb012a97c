/** libp2p 3 calls `Promise.withResolvers`, which Node 20 does not have. Imported before anything else. */
interface WithResolvers {
  withResolvers?: () => unknown;
}

(Promise as WithResolvers).withResolvers ??= function withResolvers(this: PromiseConstructor): unknown {
  let resolve: unknown;
  let reject: unknown;
  const promise = new this((one, other) => {
    resolve = one;
    reject = other;
  });
  return { promise, resolve, reject };
};
