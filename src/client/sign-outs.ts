/** Tells listeners that the session has ended, in this tab and in the other tabs of the same origin. */

export interface SignOuts {
  listen(listener: () => void): () => void;
  /** A session has begun, or was found alive. */
  begun(): void;
  /** The session was ended by this tab. */
  ended(): void;
  /** A check found no session; only that of a session that was known is news. */
  none(): void;
  /** A call found the session dead. */
  suspect(): void;
}

/** @param check asks the server again: other tabs may have signed in, or renewed the session, in the meantime. */
export function signOuts(name: string, check: () => Promise<{ readonly status: string }>): SignOuts {
  const listeners = new Set<() => void>();
  // Elsewhere than in a browser there are no tabs, and an open channel keeps a process alive.
  const isBrowser = 'location' in globalThis;
  let channel: BroadcastChannel | undefined;
  let state: 'in' | 'out' | undefined;
  let checking: Promise<void> | undefined;

  const tell = () => {
    if (state === 'out') return;
    state = 'out';
    // In turns of their own, so that the error of one listener stops neither the others nor the call.
    for (const listener of listeners) queueMicrotask(listener);
  };

  const suspect = () => {
    if (listeners.size === 0 || state === 'out' || checking) return;
    const mine = check().then(({ status }) => {
      // A session that has begun since then takes the place of this check.
      if (checking !== mine) return;
      checking = undefined;
      if (status === 'none') tell();
    });
    checking = mine;
  };

  return {
    listen(listener) {
      const own = () => listener();
      listeners.add(own);
      if (isBrowser && !channel) {
        channel = new BroadcastChannel(name);
        channel.onmessage = suspect;
      }
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        channel?.close();
        channel = undefined;
      };
    },
    begun() {
      state = 'in';
      checking = undefined;
    },
    ended() {
      tell();
      if (!isBrowser) return;
      const telling = channel ?? new BroadcastChannel(name);
      telling.postMessage('');
      if (telling !== channel) telling.close();
    },
    none() {
      if (state === 'in') suspect();
      else if (!checking) state = 'out';
    },
    suspect,
  };
}
