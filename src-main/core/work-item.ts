import type { WorkItem } from '#contract/bridge/view.ts';
import { PROBLEMS, type ProblemCode } from '#contract/wire/errors.ts';
import type { Work } from './ports.ts';

const sentence = (code: ProblemCode | null, message: string | undefined): string | null =>
  message ?? (code === null ? null : PROBLEMS[code].title);

export type Around = {
  readonly inFlight: boolean;
  /** Saved for another server, or for this one under another address. */
  readonly elsewhere: boolean;
  readonly signedInUser: string | null;
};

const waitsFor = (work: Work, { elsewhere, signedInUser }: Around): string | null => {
  if (elsewhere) return `Was saved for another server address. Is sent when ${work.userName} signs in there again.`;
  return work.userId === signedInUser ? null : `Is sent when ${work.userName} signs in here again.`;
};

/** By the server's clock as far as it was known when the work was saved, as the server itself reckons it. */
const corrected = ({ occurredAt, clockOffsetMs = 0 }: Work['mutation']): string =>
  clockOffsetMs === 0 ? occurredAt : new Date(Date.parse(occurredAt) - clockOffsetMs).toISOString();

/** Work as the list "not sent / needs a person" shows it. */
export const workItem = (work: Work, around: Around): WorkItem => {
  const { mutation, verdict } = work;
  const base = {
    n: mutation.n,
    clientId: mutation.clientId,
    type: mutation.type,
    shipmentId: work.shipmentId,
    shipmentNumber: work.shipmentNumber,
    occurredAt: corrected(mutation),
    from: work.userId === '' ? 'station' : 'person',
  } as const;
  if (work.state === 'needs_person' || work.state === 'handled') {
    const code = verdict?.code ?? null;
    return { ...base, state: work.state, code, message: sentence(code, verdict?.message) };
  }
  return {
    ...base,
    state: around.inFlight || work.state === 'answered' ? 'sent' : 'unsent',
    code: null,
    message: waitsFor(work, around),
  };
};
