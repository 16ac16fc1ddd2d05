import { describe, expect, it } from 'vitest';
import { createLog } from './create-log.ts';

const logged = (fields: object): string => {
  const lines: string[] = [];
  createLog('info', { write: (line) => lines.push(line) }).info(fields, 'something happened');
  return lines.join('');
};

describe('the log', () => {
  it('carries ids and what happened', () => {
    expect(JSON.parse(logged({ shipmentId: 's1' }))).toMatchObject({ shipmentId: 's1', msg: 'something happened' });
  });

  it.each([
    { token: 'SECRET' },
    { auth: { token: 'SECRET' } },
    { request: { headers: { authorization: 'Bearer SECRET' } } },
    { req: { body: 'SECRET' } },
    { mutation: { args: { leadPin: 'SECRET' } } },
    { pin: 'SECRET' },
  ])('never carries %j', (fields) => {
    expect(logged(fields)).not.toContain('SECRET');
  });
});
