import { safeStorage } from 'electron';

/** Keeps a secret with the operating system's keys. */
export type Cipher = {
  /** Base64, or null where the system offers no protection worth the name. */
  encrypt(text: string): Promise<string | null>;
  /** Null when it cannot be read: another user, another machine, a reset profile. */
  decrypt(sealed: string): Promise<string | null>;
};

/** On Linux the async encryptor falls back to a fixed key and still calls itself available. */
const isReal = (): boolean => {
  if (process.platform !== 'linux') return true;
  const backend = safeStorage.getSelectedStorageBackend();
  return backend !== 'basic_text' && backend !== 'unknown';
};

export const tokenCipher: Cipher = {
  encrypt: async (text) => {
    if (!isReal() || !(await safeStorage.isAsyncEncryptionAvailable())) return null;
    return (await safeStorage.encryptStringAsync(text)).toString('base64');
  },
  decrypt: async (sealed) => {
    try {
      return (await safeStorage.decryptStringAsync(Buffer.from(sealed, 'base64'))).result;
    } catch {
      return null;
    }
  },
};
