import { problemDocument } from '#contract/wire/errors.ts';

/** What every route may answer besides what it promises. */
export const problems = {
  default: { description: 'RFC 9457 problem', content: { 'application/problem+json': { schema: problemDocument } } },
} as const;
