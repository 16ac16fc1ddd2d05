import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => resolve(import.meta.dirname, path);

// The folders are not electron-vite's defaults, so every entry is named. Only better-sqlite3 is a `dependency`, hence
// external; everything else is bundled. A sandboxed preload must be one CommonJS file.
export default defineConfig({
  main: {
    build: { externalizeDeps: true, rolldownOptions: { input: { index: at('src-main/index.ts') } } },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src-renderer'),
    plugins: [react()],
    build: { rolldownOptions: { input: { index: at('src-renderer/index.html') } } },
  },
});
