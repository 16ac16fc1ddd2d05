import { readFile } from 'node:fs/promises';
import { asnReply } from '#contract/wire/http.ts';
import { CommandLineError } from './command-line-error.ts';
import { readArgs } from './read-args.ts';
import { type ServerAccess, sentenceOf, throughServer } from './through-server.ts';

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Takes one file; says what came of it, and whether it was taken. */
const importFile = async ({ url, headers }: ServerAccess, file: string): Promise<boolean> => {
  const bytes = await readFile(file).catch((error: Error) => error);
  if (bytes instanceof Error) {
    console.error(`${file}: cannot be read (${bytes.message})`);
    return false;
  }
  const request = { method: 'POST', headers: { ...headers, 'content-type': 'application/edi-x12' }, body: bytes };
  const reply = await fetch(`${url}/api/asns`, request);
  if (!reply.ok) {
    console.error(`${file}: refused. ${await sentenceOf(reply)}`);
    return false;
  }
  const { shipments, warnings } = asnReply.parse(await reply.json());
  const named =
    shipments.map(({ number, lines }) => `${number} (${count(lines, 'line')})`).join(', ') || 'no shipments';
  console.log(`${file}: ${named}; ${count(warnings.length, 'warning')}`);
  for (const { code, message } of warnings) console.log(`  ${code}: ${message}`);
  return true;
};

/** `import FILE…`: 0 when every file was taken, else 1; a file that is refused does not stop the others. */
export const importFiles = async (args: string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const { positionals } = readArgs(args, {});
  if (positionals.length === 0) throw new CommandLineError('Say which files to import.');
  return throughServer(env, async (server) => {
    let refused = 0;
    for (const file of positionals) if (!(await importFile(server, file))) refused += 1;
    return refused === 0 ? 0 : 1;
  });
};
