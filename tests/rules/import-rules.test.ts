// Every line of "Who may import whom" and of the house rules, seen to fail: a rule nobody has seen failing may be dead.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Finding, lint, type Planted } from './planted-tree.ts';

const importing = (...specifiers: string[]): string => {
  const names = specifiers.map((_, at) => `it${at}`);
  const imports = specifiers.map((specifier, at) => `import * as it${at} from '${specifier}';`);
  return `${imports.join('\n')}\n\nexport const used = [${names.join(', ')}];\n`;
};

interface Rule {
  /** A place in the tree; every plant gets a file of its own there. */
  from: string;
  /** All of them together must pass. */
  allowed: string[];
  /** Each of them must be refused. */
  refused: string[];
  message: string;
}

const others = (depth: string, ...folders: string[]): string[] => folders.map((folder) => `${depth}${folder}/x.ts`);
const deep = (...folders: string[]): string[] => others('../../', ...folders);

const rules: Rule[] = [
  {
    from: 'contract/domain',
    allowed: ['zod', './status.ts', '../wire/errors.ts'],
    refused: [
      'react',
      'electron',
      'node:fs',
      'socket.io',
      ...deep('server/core', 'src-main/core', 'src-renderer', 'tools'),
    ],
    message: 'contract imports zod and itself only',
  },
  {
    from: 'src-main/core',
    allowed: ['#contract/domain/status.ts', './outbox.ts', './deep/outbox.ts'],
    refused: [
      'zod',
      'electron',
      'node:fs',
      'better-sqlite3',
      'socket.io-client',
      '../compose.ts',
      '../../contract/domain/status.ts',
      ...others('../', 'link', 'store', 'shell'),
      ...deep('server/core', 'src-renderer', 'src-preload'),
    ],
    message: 'src-main/core imports contract and itself only',
  },
  {
    from: 'src-main/link',
    allowed: ['#contract/wire/up.ts', 'socket.io-client', '../core/ports.ts', './door.ts'],
    refused: [
      'electron',
      'better-sqlite3',
      'ws',
      '../compose.ts',
      ...others('../', 'store', 'shell'),
      ...deep('server/core'),
    ],
    message: 'src-main/link imports core, contract and socket.io-client only',
  },
  {
    from: 'src-main/store',
    allowed: ['#contract/wire/sync.ts', 'better-sqlite3', 'node:fs', 'node:fs/promises', '../core/ports.ts'],
    refused: [
      'electron',
      'socket.io-client',
      'kysely',
      '../compose.ts',
      ...others('../', 'link', 'shell'),
      ...deep('server/storage'),
    ],
    message: 'src-main/store imports core, contract, node: and better-sqlite3 only',
  },
  {
    from: 'src-main/shell',
    allowed: ['#contract/bridge/channels.ts', 'electron', 'node:path', '../core/ports.ts'],
    refused: [
      'better-sqlite3',
      'socket.io-client',
      'react',
      '../compose.ts',
      ...others('../', 'link', 'store'),
      ...deep('src-preload'),
    ],
    message: 'src-main/shell imports core, contract, node: and electron only',
  },
  {
    from: 'src-main',
    allowed: ['#contract/wire/up.ts', 'node:path', ...others('./', 'core', 'link', 'store', 'shell')],
    refused: [
      'electron',
      'better-sqlite3',
      'socket.io-client',
      ...others('../', 'server/core', 'src-renderer', 'src-preload'),
    ],
    message: 'src-main imports itself and contract only; electron belongs to shell',
  },
  {
    from: 'src-preload',
    allowed: ['electron', '#contract/bridge/channels.ts'],
    refused: [
      '#contract/domain/status.ts',
      'zod',
      'node:fs',
      './other.ts',
      ...others('../', 'src-main', 'server/core'),
    ],
    message: 'src-preload imports electron and contract/bridge only',
  },
  {
    from: 'src-renderer/state',
    allowed: [
      '#contract/domain/status.ts',
      'react',
      'react-dom/client',
      'zustand/vanilla',
      'react-aria-components',
      '@tanstack/react-virtual',
      'i18next',
      'lucide-react',
      '../styles/tokens.ts',
    ],
    refused: [
      'electron',
      'node:fs',
      'socket.io-client',
      'better-sqlite3',
      ...deep('src-main', 'src-main/core', 'src-preload', 'server/core'),
    ],
    message: 'src-renderer imports contract, react, zustand and UI libraries only',
  },
  {
    from: 'server/core',
    allowed: ['#contract/domain/status.ts', './visibility.ts'],
    refused: [
      'zod',
      'fastify',
      'kysely',
      'socket.io',
      'node:fs',
      '../create-server.ts',
      ...others('../', 'storage', 'realtime', 'http', 'intake', 'cli'),
      ...deep('src-main/core', 'src-renderer'),
    ],
    message: 'server/core imports contract and itself only',
  },
  {
    from: 'server/storage',
    allowed: ['#contract/wire/sync.ts', 'kysely', 'better-sqlite3', 'node:fs', '../core/decide.ts'],
    refused: [
      'fastify',
      'socket.io',
      '../create-server.ts',
      ...others('../', 'realtime', 'http', 'intake', 'cli'),
      ...deep('src-main/store'),
    ],
    message: 'server/storage imports server/core, contract, node: and its database libraries only',
  },
  {
    from: 'server/realtime',
    allowed: ['#contract/wire/down.ts', 'socket.io', '../core/visibility.ts'],
    refused: [
      'fastify',
      'kysely',
      '../create-server.ts',
      ...others('../', 'storage', 'http', 'intake', 'cli'),
      ...deep('src-main/link'),
    ],
    message: 'server/realtime imports server/core, contract and socket.io only',
  },
  {
    from: 'server/http',
    allowed: ['#contract/wire/http.ts', 'fastify', '@fastify/cors', 'zod', '../core/decide.ts'],
    refused: [
      'kysely',
      'socket.io',
      '../create-server.ts',
      ...others('../', 'storage', 'realtime', 'intake', 'cli'),
      ...deep('src-main/link'),
    ],
    message: 'server/http imports server/core, contract and fastify only',
  },
  {
    from: 'server/intake',
    allowed: ['#contract/domain/gs1.ts', '../core/decide.ts', './tokenize.ts'],
    refused: [
      'fastify',
      'kysely',
      'node:fs',
      '../create-server.ts',
      ...others('../', 'storage', 'realtime', 'http', 'cli'),
      ...deep('src-main/core'),
    ],
    message: 'server/intake imports server/core and contract only',
  },
  {
    from: 'server',
    allowed: ['fastify', 'node:http', ...others('./', 'core', 'storage', 'realtime', 'http', 'intake')],
    refused: ['electron', 'react', ...others('../', 'src-main/core', 'src-renderer', 'src-preload', 'tools', 'tests')],
    message: 'server never imports src-*',
  },
  {
    from: 'server/cli',
    allowed: ['node:fs', '#contract/domain/status.ts', '../create-server.ts', '../access.ts'],
    refused: [
      'electron',
      'fastify',
      'kysely',
      ...others('../', 'storage', 'realtime', 'http', 'intake'),
      ...deep('src-main/core', 'src-renderer'),
    ],
    message: 'server/cli goes through create-server, never into the other folders of the server',
  },
];

const refusals = rules.flatMap(({ from, refused, message }) =>
  refused.map((specifier, at) => ({ path: `${from}/planted-${at}.ts`, from, specifier, message })),
);

/** Other ways to write an import, which must not be ways round the rule. */
const waysRound = {
  'src-renderer/type-only.ts': "import type { App } from 'electron';\n\nexport type It = App;\n",
  'src-renderer/named-export.ts':
    "import { app } from 'electron';\n\nexport const it = app;\nexport { type App } from 'electron';\n",
  'src-renderer/dynamic.ts': "export const it = (): Promise<unknown> => import('electron');\n",
  'src-renderer/side-effect.ts': "import 'electron';\n",
  'src-renderer/screens/component.tsx': importing('electron'),
} satisfies Planted;

const house: Record<string, { path: string; text: string; category: string; message?: string }> = {
  'a cycle': {
    path: 'server/core/hen.ts',
    text: "import { egg } from './egg.ts';\n\nexport const hen = (): unknown => egg;\n",
    category: 'lint/suspicious/noImportCycles',
  },
  'a barrel': {
    path: 'contract/wire/index.ts',
    text: "export * from './up.ts';\nexport { down } from './down.ts';\n",
    category: 'lint/performance/noBarrelFile',
  },
  any: {
    path: 'server/core/anything.ts',
    text: 'export const size = (value: any): number => value.length;\n',
    category: 'lint/suspicious/noExplicitAny',
  },
  'a file name in camelCase': {
    path: 'contract/domain/shipmentStatus.ts',
    text: 'export const it = 1;\n',
    category: 'lint/style/useFilenamingConvention',
  },
  'a component file in PascalCase': {
    path: 'src-renderer/screens/Board.tsx',
    text: 'export const it = 1;\n',
    category: 'lint/style/useFilenamingConvention',
  },
  'a file of 401 lines': {
    path: 'server/core/long.ts',
    text: Array.from({ length: 401 }, (_, at) => `export const line${at} = ${at};\n`).join(''),
    category: 'lint/style/noExcessiveLinesPerFile',
  },
  'a function of 61 lines': {
    path: 'server/core/long-function.ts',
    text: `export const it = (n: number): number => {\n  let sum = n;\n${'  sum += 1;\n'.repeat(59)}  return sum;\n};\n`,
    category: 'lint/complexity/noExcessiveLinesPerFunction',
  },
  'a promise nobody waits for': {
    path: 'server/core/floating.ts',
    text: 'const work = async (): Promise<void> => {};\n\nexport const it = (): void => {\n  work();\n};\n',
    category: 'lint/nursery/noFloatingPromises',
  },
  'a non-null assertion': {
    path: 'server/core/assertion.ts',
    text: 'export const it = (list: string[]): string => list[0]!;\n',
    category: 'lint/style/noNonNullAssertion',
  },
  'a print in the product': {
    path: 'server/http/print.ts',
    text: "console.log('here');\n",
    category: 'lint/suspicious/noConsole',
  },
};

const ambient = ['Date.now()', 'new Date()', 'Math.random()', 'performance.now()'];
const pureFolders = ['contract/domain', 'src-main/core', 'server/core'];
const ambientPlants = pureFolders.flatMap((folder) =>
  ambient.map((call, at) => ({
    path: `${folder}/ambient-${at}.ts`,
    call,
    text: `export const it = (): unknown => ${call};\n`,
  })),
);

let failed = false;
let findings: Map<string, Finding[]>;
const at = (path: string): Finding[] => findings.get(path) ?? [];
const restricted = (message: string): Finding => ({ category: 'lint/style/noRestrictedImports', message });

// One run for all plants: starting the tool costs more than linting a hundred small files.
beforeAll(() => {
  const planted: Planted = {
    ...waysRound,
    'server/core/egg.ts': "import { hen } from './hen.ts';\n\nexport const egg = (): unknown => hen;\n",
    'server/core/given-time.ts': 'export const it = (now: number): Date => new Date(now);\n',
    'server/storage/own-clock.ts': 'export const it = (): number => Date.now();\n',
  };
  for (const { from, allowed } of rules) planted[`${from}/allowed.ts`] = importing(...allowed);
  for (const { path, specifier } of refusals) planted[path] = importing(specifier);
  for (const { path, text } of Object.values(house)) planted[path] = text;
  for (const { path, text } of ambientPlants) planted[path] = text;
  ({ failed, findings } = lint(planted));
});

describe('who may import whom', () => {
  it('makes the check fail', () => expect(failed).toBe(true));

  it.each(rules)('lets $from import $allowed', ({ from }) => expect(at(`${from}/allowed.ts`)).toEqual([]));

  it.each(refusals)('keeps $from from importing $specifier', ({ path, message }) =>
    expect(at(path)).toEqual([restricted(message)]),
  );

  it.each(Object.keys(waysRound))('cannot be got round in %s', (path) => {
    const [rule] = rules.filter(({ from }) => from.startsWith('src-renderer'));
    expect(at(path)).toContainEqual(restricted(rule?.message ?? ''));
  });
});

describe('house rules', () => {
  it.each(Object.keys(house))('refuse %s', (what) => {
    const { path = '', category } = house[what] ?? {};
    expect(at(path).map((finding) => finding.category)).toEqual([category]);
  });

  it.each(ambientPlants)('keep $call out of $path', ({ path }) =>
    expect(at(path)).toContainEqual({
      category: 'plugin',
      message: 'core gets time and randomness injected: take a Clock or Random port',
    }),
  );

  it('let a core use a time it was given, and other folders a clock of their own', () => {
    expect(at('server/core/given-time.ts')).toEqual([]);
    expect(at('server/storage/own-clock.ts')).toEqual([]);
  });
});
