import { ProblemError } from '#contract/wire/errors.ts';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** No room, or a disk that no longer takes writes. SQLite's, the file system's and PostgreSQL's (53100) codes. */
const isFull = (code: string): boolean =>
  code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR') || ['ENOSPC', 'EDQUOT', 'EIO', '53100'].includes(code);

const isDamaged = (code: string): boolean => code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';

const isLocked = (code: string): boolean => code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');

/** What a caller is told about a database error: a `ProblemError` where there is one, else the error itself. */
export const toProblem = (error: unknown): unknown => {
  if (error instanceof ProblemError) return error;
  const code = codeOf(error);
  if (isFull(code)) return new ProblemError('storage_full', undefined, { cause: code });
  if (isLocked(code)) {
    return new ProblemError('internal', 'The database is locked by another program. Nothing was saved; try again.');
  }
  if (isDamaged(code)) return new ProblemError('internal', 'The database file is damaged. Nothing was saved.');
  return error;
};

/** Whether retrying the pieces of a failed transaction one by one can help: not when the disk or the file is at fault. */
export const isOfOnePiece = (error: unknown): boolean => {
  const code = codeOf(error);
  return !(isFull(code) || isDamaged(code) || isLocked(code));
};

/** The error for a file that cannot be opened, saying what to do. */
export const toOpenError = (file: string, error: unknown): unknown => {
  const code = codeOf(error);
  if (isDamaged(code)) {
    const advice = 'It was left as it is. Restore the latest backup in its place, then start again';
    return new Error(`${file} is not a Dockline database or is damaged (${code}). ${advice}.`, { cause: error });
  }
  if (isLocked(code))
    return new Error(`${file} is locked by another program. Close it and start again.`, { cause: error });
  if (isFull(code) || code === 'SQLITE_CANTOPEN') {
    return new Error(`${file} cannot be opened (${code}). Check free space and permissions.`, { cause: error });
  }
  return error;
};
