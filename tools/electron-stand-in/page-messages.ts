/** What the page's shim says to the main process; `args` is codec text. */
export type FromPage =
  | { kind: 'send'; channel: string; args: string }
  | { kind: 'invoke'; id: number; channel: string; args: string }
  | { kind: 'open'; url: string; name: string; features: string }
  | { kind: 'preload-error'; message: string };

/** What the main process says to the page's shim; `args` and `value` are codec text. */
export type ToPage =
  | { kind: 'event'; channel: string; args: string }
  | { kind: 'reply'; id: number; value: string }
  | { kind: 'failure'; id: number; message: string };
