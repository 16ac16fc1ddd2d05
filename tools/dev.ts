// `npm run dev`: the station with hot reload, on real Electron where there is one and on the stand-in otherwise.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { whichHost } from './electron-stand-in/which-host.ts';

const root = join(import.meta.dirname, '..');
const host = whichHost();
console.log(`Station on ${host.describe}.`);
const child = spawn(join(root, 'node_modules', '.bin', 'electron-vite'), ['dev'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, ELECTRON_EXEC_PATH: host.executablePath },
});
child.on('exit', (code) => process.exit(code ?? 0));
