import { around, aroundCall, at, type CrashPoint, DOLLAR, type Where } from './crash-point.ts';

// Places that a plain shift does not come by.

const WORKING = { side: 'station', when: 'working' } as const;
const START = { side: 'station', when: 'starting' } as const;
const OLDER = { side: 'station', when: 'older' } as const;
const DAMAGED = { side: 'station', when: 'damaged' } as const;
const UNFINISHED = { side: 'station', when: 'unfinished' } as const;
const COPIED = { side: 'station', when: 'copied' } as const;
const REPLACED = { side: 'station', when: 'replaced' } as const;
const RESTORED = { side: 'station', when: 'restored' } as const;
const PRUNED = { side: 'station', when: 'pruned' } as const;
const WATCHED = { side: 'station', when: 'watched' } as const;
const openJournal = 'src-main/store/open-journal.ts';
const journalFile = 'src-main/store/journal-file.ts';
const openDatabase = 'src-main/store/open-database.ts';
const migrate = 'src-main/store/migrate.ts';
const settings = 'src-main/shell/settings-file.ts';

/** Each of the file's parts, the log of it apart from the rest: a pass for each. */
const setsAside = (where: Where, name: string, why: 'damaged' | 'corrupt'): CrashPoint[] => {
  const find = 'renameSync(file + side, aside + side);';
  const line = (before: string, after: string): string =>
    `{ if (why === '${why}') { ${before} } ${find} if (why === '${why}') { ${after} } }`;
  return [
    at(where, `before ${name}`, openDatabase, find, (dies) => line(dies, '')),
    at(where, `after ${name}`, openDatabase, find, (dies) => line('', dies)),
  ];
};

const RENAMES: readonly CrashPoint[] = [
  ...around(UNFINISHED, 'a rescued journal gets its name late', openJournal, 'renameSync(newBeside(file), file);'),
  ...around(COPIED, 'a copy of the journal gets its name late', openJournal, 'renameSync(copy, file);'),
  ...around(DAMAGED, 'a rescued journal is whole', openJournal, 'renameSync(part, next);'),
  ...around(DAMAGED, 'a rescued journal gets its name', openJournal, 'renameSync(next, file);'),
  ...setsAside(DAMAGED, 'a damaged journal is set aside', 'damaged'),
  ...setsAside(DAMAGED, 'a damaged cache is set aside', 'corrupt'),
  ...setsAside(REPLACED, 'what took the journal’s place is set aside', 'damaged'),
  ...around(REPLACED, 'a journal written anew gets its name', journalFile, 'renameSync(whole, this.#path);'),
  ...around(OLDER, 'the copy before a migration gets its name', migrate, `renameSync(\`${DOLLAR}{copy}.new\`, copy);`),
  ...around(DAMAGED, 'unreadable settings are set aside', settings, 'renameSync(file, aside);'),
  ...around(START, 'settings get their name', settings, `renameSync(\`${DOLLAR}{file}.new\`, file);`),
];

const patient = 'src-main/store/patient-journal.ts';
/** What the journal does for others in one transaction each. */
const journalDoes = (where: Where, name: string, method: string): CrashPoint[] =>
  aroundCall(where, name, patient, [`${method}: (...asked) => run(() => `, `journal.${method}(...asked)`, '),']);

const COMMITS: readonly CrashPoint[] = [
  ...around(OLDER, 'a copy is made', migrate, `db.prepare('VACUUM INTO ?').run(\`${DOLLAR}{copy}.new\`);`),
  ...around(DAMAGED, 'rescued work is in the new journal', openJournal, 'takeIn(journal, rows, at, sentence);'),
  at(OLDER, 'before the journal is one version newer', migrate, 'db.exec(up);', (dies) => `db.exec(up); ${dies}`),
  ...around(OLDER, 'the journal is one version newer', migrate, '}).immediate();').slice(1),
  ...journalDoes(PRUNED, 'work gets other numbers', 'renumber'),
  ...journalDoes(RESTORED, 'answered work is open again', 'reopenAnswered'),
  ...journalDoes(WATCHED, 'an inspection is off the list', 'markTaken'),
];

const EMITS: readonly CrashPoint[] = around(
  WORKING,
  'the server is asked',
  'src-main/link/socket-link.ts',
  'answer = await socket.timeout(timeoutMs).emitWithAck(event, payload);',
);

export const STATION_POINTS_APART: readonly CrashPoint[] = [...RENAMES, ...COMMITS, ...EMITS];
