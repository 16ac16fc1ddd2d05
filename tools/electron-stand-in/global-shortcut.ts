type Surface = Pick<Electron.GlobalShortcut, 'register' | 'unregister' | 'unregisterAll' | 'isRegistered'>;

const callbacks = new Map<string, () => void>();

/** Registered with nobody but this table; a test presses them. */
export const globalShortcutImpl: Surface = {
  register: (accelerator, callback) => {
    if (callbacks.has(accelerator)) return false;
    callbacks.set(accelerator, callback);
    return true;
  },
  unregister: (accelerator) => void callbacks.delete(accelerator),
  unregisterAll: () => callbacks.clear(),
  isRegistered: (accelerator) => callbacks.has(accelerator),
};

/** As if a person had pressed it. @returns false when the app has not registered it. */
export const pressShortcut = (accelerator: string): boolean => {
  const callback = callbacks.get(accelerator);
  callback?.();
  return callback !== undefined;
};
