import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appImpl } from './app.ts';

type Surface = Pick<
  Electron.SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>;

const mark = Buffer.from('SI1');
const [ivBytes, tagBytes] = [12, 16];

/** NOT SECURE: the key lies in a file beside what it protects. Electron asks the operating system for one. */
const key = (): Buffer => {
  const file = join(appImpl.getPath('userData'), 'stand-in-safe-storage.key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return readFileSync(file);
};

export const safeStorageImpl: Surface = {
  isAsyncEncryptionAvailable: async () => {
    await appImpl.whenReady();
    return true;
  },
  encryptStringAsync: async (plainText) => {
    await appImpl.whenReady();
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key(), iv);
    const sealed = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
    return Buffer.concat([mark, iv, cipher.getAuthTag(), sealed]);
  },
  decryptStringAsync: async (encrypted) => {
    await appImpl.whenReady();
    if (!encrypted.subarray(0, mark.length).equals(mark)) {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
    }
    const at = mark.length;
    const decipher = createDecipheriv('aes-256-gcm', key(), encrypted.subarray(at, at + ivBytes));
    decipher.setAuthTag(encrypted.subarray(at + ivBytes, at + ivBytes + tagBytes));
    const opened = Buffer.concat([decipher.update(encrypted.subarray(at + ivBytes + tagBytes)), decipher.final()]);
    return { result: opened.toString('utf8'), shouldReEncrypt: false };
  },
  // Electron's own word for a key that protects nothing.
  getSelectedStorageBackend: () => 'basic_text',
};
