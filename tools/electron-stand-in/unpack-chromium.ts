import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFile } from './file-lock.ts';

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
// A first unpack takes about 2.5 s alone; beside a build on two cores it may take much longer.
const waitForOtherMs = 120_000;

export interface UnpackedChromium {
  executable: string;
  /** Added to the environment of Chromium: libraries and fonts for machines that have none of their own. */
  environment: Record<string, string>;
}

const startsWith = (executable: string, environment: Record<string, string>): boolean => {
  try {
    execFileSync(executable, ['--version'], { env: { ...process.env, ...environment }, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Unpacks into `folder`, in a process of its own: the package writes to TMPDIR and takes any `chromium` found there. */
const unpackInto = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  const script = "import('@sparticuz/chromium').then((packed) => packed.default.executablePath())";
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: modules,
    // The name of a Lambda runtime makes the package unpack the shared libraries a bare system lacks, too.
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

/**
 * The headless Chromium that comes as an npm package (Linux on x64), unpacked once into node_modules/.cache. Any number
 * of processes may ask at once: one unpacks, the others wait for it; a process killed half-way leaves nothing that
 * passes for a browser, because the finished folder appears by one rename.
 * @returns undefined where the package has no browser for this platform.
 */
export const unpackChromium = (): UnpackedChromium | undefined => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const manifest = readFileSync(join(modules, '@sparticuz/chromium/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(modules, '.cache', `chromium-${version}`);
  const executable = join(folder, 'chromium');
  if (!existsSync(executable)) {
    const lock = lockFile(`${folder}.lock`, waitForOtherMs);
    try {
      if (!existsSync(executable)) {
        const half = `${folder}.unpacking`;
        rmSync(half, { recursive: true, force: true });
        unpackInto(half);
        renameSync(half, folder);
      }
    } finally {
      lock?.release();
    }
  }
  const fonts: Record<string, string> = existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
  if (startsWith(executable, fonts)) return { executable, environment: fonts };
  const libraries = { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023/lib') };
  return startsWith(executable, libraries) ? { executable, environment: libraries } : undefined;
};
