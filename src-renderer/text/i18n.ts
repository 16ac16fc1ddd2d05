import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';

/** Starts the texts. Synchronous: the resources are part of the bundle, nothing is fetched. */
export const startText = (language = 'en'): typeof i18next => {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { app: en } },
    defaultNS: 'app',
    ns: ['app'],
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return i18next;
};
