// `import` and `require` of "electron" answer with the stand-in, in ES modules and CommonJS alike.
import { registerHooks } from 'node:module';

const url = new URL('./electron.ts', import.meta.url).href;
const names = new Set(['electron', 'electron/main']);

registerHooks({
  resolve: (specifier, context, next) =>
    names.has(specifier) ? { url, format: 'module-typescript', shortCircuit: true } : next(specifier, context),
});
