/** One Ctrl-C reaches the server twice when npm passes on what the terminal sent to both; that is no second wish. */
const SAME_WISH_MS = 300;
/** Milliseconds between looks whether the process that started this one is still there. */
const PARENT_MS = 250;

export type StopWishes = {
  /** Why the server is to stop: a signal, or that whoever started it is gone. */
  readonly first: Promise<string>;
  readonly forget: () => void;
};

/**
 * Waits for SIGTERM or Ctrl-C; a second one ends the process on the spot. Under `npm run` a shell stands between that dies of the
 * signal without passing it on; the server would live on unseen, so `followParent` takes the end of its parent for the wish.
 */
export const stopWishes = (followParent: boolean): StopWishes => {
  const { promise: first, resolve } = Promise.withResolvers<string>();
  let wishedAt: number | null = null;
  const wish = (why: string): void => {
    const now = performance.now();
    if (wishedAt !== null && now - wishedAt > SAME_WISH_MS) process.exit(1);
    wishedAt ??= now;
    resolve(why);
  };
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (!followParent || process.ppid === parent) return;
    clearInterval(watch);
    wish('parent gone');
  }, PARENT_MS);
  process.on('SIGTERM', wish);
  process.on('SIGINT', wish);
  return {
    first,
    forget: () => {
      clearInterval(watch);
      process.off('SIGTERM', wish);
      process.off('SIGINT', wish);
    },
  };
};
