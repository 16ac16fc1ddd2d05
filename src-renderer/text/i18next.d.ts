import 'i18next';
import type { en } from './en.ts';

// Keys are checked by the compiler: a text that does not exist does not build.
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: { app: typeof en };
    returnNull: false;
  }
}
