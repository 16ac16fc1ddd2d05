import type { Patch } from '../support/patches.ts';
import type { When } from './situations.ts';

/** A place where a process may be killed, and the situation in which it comes by there. */
export type CrashPoint = {
  readonly label: string;
  readonly side: 'server' | 'station';
  readonly patch: Patch;
  readonly when: When;
  /** What else has to be otherwise for it to come by within a test: waits of hours, days of retention. */
  readonly also?: readonly Patch[];
};

export type Where = Pick<CrashPoint, 'side' | 'when' | 'also'>;

/** For source that holds a template of its own. */
export const DOLLAR = '$';

export const die = (label: string): string => `globalThis.dieHere(${JSON.stringify(label)});`;

export const at = (
  where: Where,
  label: string,
  file: string,
  find: string,
  replace: (die: string) => string,
): CrashPoint => ({ ...where, label, patch: { file, find, replace: replace(die(label)) } });

/** Two places: right before a statement and right after it. */
export const around = (where: Where, name: string, file: string, find: string): CrashPoint[] => [
  at(where, `before ${name}`, file, find, (dies) => `{ ${dies} } ${find}`),
  at(where, `after ${name}`, file, find, (dies) => `${find} { ${dies} }`),
];

/** The same where a condition or a loop without braces stands before the statement, as `lead`. */
export const aroundAfter = (where: Where, name: string, file: string, lead: string, find: string): CrashPoint[] => [
  at(where, `before ${name}`, file, `${lead}${find}`, (dies) => `${lead}{ ${dies} ${find} }`),
  at(where, `after ${name}`, file, `${lead}${find}`, (dies) => `${lead}{ ${find} ${dies} }`),
];

/** The same for what is waited for and handed on: `lead` stands before the call, `end` behind it. */
export const aroundCall = (
  where: Where,
  name: string,
  file: string,
  [lead, call, end]: readonly [lead: string, call: string, end: string],
): CrashPoint[] => {
  const find = `${lead}${call}${end}`;
  const wrapped = (before: string, after: string): string =>
    `${lead}(async () => { ${before} const done = await ${call}; ${after} return done; })()${end}`;
  return [
    at(where, `before ${name}`, file, find, (dies) => wrapped(dies, '')),
    at(where, `after ${name}`, file, find, (dies) => wrapped('', dies)),
  ];
};
