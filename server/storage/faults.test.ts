import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/wire/errors.ts';
import { isOfOnePiece, toOpenError, toProblem } from './faults.ts';

const fault = (code: string): Error => Object.assign(new Error('as the library words it'), { code });

describe('faults of the database', () => {
  it.each([
    'SQLITE_FULL',
    'SQLITE_IOERR',
    'SQLITE_IOERR_WRITE',
    'SQLITE_IOERR_FSYNC',
    'ENOSPC',
    'EDQUOT',
    'EIO',
    '53100',
  ])('%s is storage_full for everybody who waits', (code) => {
    expect(toProblem(fault(code))).toMatchObject({
      name: 'ProblemError',
      code: 'storage_full',
      extra: { cause: code },
    });
    expect(isOfOnePiece(fault(code))).toBe(false);
  });

  it.each([
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_LOCKED',
    'SQLITE_CORRUPT',
    'SQLITE_CORRUPT_INDEX',
    'SQLITE_NOTADB',
  ])('%s says that nothing was saved', (code) => {
    expect(toProblem(fault(code))).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('Nothing was saved'),
    });
    expect(isOfOnePiece(fault(code))).toBe(false);
  });

  it('leaves other errors as they are: one piece of work may be at fault alone', () => {
    for (const error of [fault('SQLITE_CONSTRAINT_UNIQUE'), new TypeError('a bug'), 'thrown text', null]) {
      expect(toProblem(error)).toBe(error);
      expect(isOfOnePiece(error)).toBe(true);
    }
    const problem = new ProblemError('too_large');
    expect(toProblem(problem)).toBe(problem);
  });
});

describe('errors of opening', () => {
  it.each([
    ['SQLITE_NOTADB', /x\.db is not a Dockline database or is damaged \(SQLITE_NOTADB\).*Restore/],
    ['SQLITE_BUSY', /x\.db is locked by another program/],
    ['SQLITE_CANTOPEN', /x\.db cannot be opened \(SQLITE_CANTOPEN\)/],
    ['SQLITE_FULL', /x\.db cannot be opened \(SQLITE_FULL\)\. Check free space/],
  ])('%s says what to do', (code, message) => {
    const error = toOpenError('x.db', fault(code)) as Error;
    expect(error.message).toMatch(message);
    expect(error.cause).toMatchObject({ code });
  });

  it('leaves other errors as they are', () => {
    const error = new Error('a bug');
    expect(toOpenError('x.db', error)).toBe(error);
  });
});
