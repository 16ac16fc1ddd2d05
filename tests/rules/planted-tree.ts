// A temporary tree with the repository's own rules in it, to plant violations in. Never the work tree: planted files
// would break the check of whoever works there at the same moment.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files by path relative to the tree's root. */
export type Planted = Record<string, string>;

/**
 * Copies the named configuration, plants the files, runs a tool from node_modules and takes everything away again.
 * @param copied files or folders of the repository.
 * @param tool path of the tool's JavaScript entry in node_modules.
 */
export const runInTree = (
  copied: readonly string[],
  planted: Planted,
  tool: string,
  args: readonly string[],
): { status: number | null; stdout: string } => {
  const tree = mkdtempSync(join(tmpdir(), 'planted-tree-'));
  try {
    for (const path of copied) cpSync(join(root, path), join(tree, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'dir');
    for (const [path, text] of Object.entries(planted)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    const command = [join(root, 'node_modules', tool), ...args];
    const { status, stdout } = spawnSync(process.execPath, command, {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    return { status, stdout };
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
};

export interface Finding {
  category: string;
  message: string;
}

interface Report {
  diagnostics: { severity: string; category: string; message: string; location: { path: string } }[];
}

/** Lints the planted files with the repository's biome.json. @returns the errors by path. */
export const lint = (planted: Planted): { failed: boolean; findings: Map<string, Finding[]> } => {
  const copied = ['biome.json', '.gitignore', 'package.json', 'tools/lint'];
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const { status, stdout } = runInTree(copied, planted, '@biomejs/biome/bin/biome', args);
  const { diagnostics } = JSON.parse(stdout) as Report;
  const findings = new Map<string, Finding[]>(Object.keys(planted).map((path) => [path, []]));
  for (const { severity, category, message, location } of diagnostics) {
    if (severity === 'error') findings.get(location.path)?.push({ category, message });
  }
  return { failed: status !== 0, findings };
};

/** Every file git knows, relative to the repository. */
export const trackedFiles = (): string[] =>
  spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).stdout.split('\n').filter(Boolean);

export const readTracked = (path: string): string => readFileSync(join(root, path), 'utf8');
