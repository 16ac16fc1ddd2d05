// What Biome has no rule for: names that say nothing, and index files that are anything but an entry.
import { describe, expect, it } from 'vitest';
import { readTracked, trackedFiles } from './planted-tree.ts';

const meaningless = /(?:^|\/)(?:utils?|helpers?|common|misc|types|constants)(?:\.[^/]+)?(?:\/|$)/i;
const isSource = /\.(?:ts|tsx|mts|cts|js|mjs|cjs)$/;
const exportsSomething = /^\s*export\b/m;

const badNames = (paths: string[]): string[] => paths.filter((path) => meaningless.test(path));

describe('file names', () => {
  it('in the repository say what the file owns or does', () => {
    const files = trackedFiles();
    expect(files.length).toBeGreaterThan(10);
    expect(badNames(files)).toEqual([]);
  });

  it.each([
    'server/utils.ts',
    'src-renderer/helpers.tsx',
    'contract/common.ts',
    'misc.mjs',
    'src-main/core/types.ts',
    'server/core/constants.test.ts',
    'src-renderer/Utils.css',
    'server/helpers/parse.ts',
  ])('such as %s would be found', (path) => expect(badNames([path])).toEqual([path]));

  it('that merely contain such a word pass', () => {
    expect(
      badNames(['server/http/media-types.ts', 'docs/common-questions.md', 'contract/wire/error-types.ts']),
    ).toEqual([]);
  });
});

describe('index files', () => {
  it('are entries of a process: they export nothing', () => {
    const indexes = trackedFiles().filter((path) => /(?:^|\/)index\.[^/]+$/.test(path) && isSource.test(path));
    expect(indexes.filter((path) => exportsSomething.test(readTracked(path)))).toEqual([]);
  });

  it('that export would be found', () => {
    expect(exportsSomething.test("import { a } from './a.ts';\nexport { a };\n")).toBe(true);
    expect(exportsSomething.test("import { a } from './a.ts';\na();\n// we export nothing\n")).toBe(false);
  });
});
