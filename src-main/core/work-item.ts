import type { WorkItem } from '#contract/bridge/view.ts';
import { PROBLEMS, type ProblemCode } from '#contract/wire/errors.ts';
import type { Work } from './ports.ts';

const sentence = (code: ProblemCode | null, message: string | undefined): string | null =>
  message ?? (code === null ? null : PROBLEMS[code].title);

/** Work as the list "not sent / needs a person" shows it. */
export const workItem = (work: Work, inFlight: boolean, signedInUser: string | null): WorkItem => {
  const { mutation, verdict } = work;
  const base = {
    n: mutation.n,
    clientId: mutation.clientId,
    type: mutation.type,
    shipmentId: work.shipmentId,
    shipmentNumber: work.shipmentNumber,
    occurredAt: mutation.occurredAt,
  };
  if (work.state === 'needs_person' || work.state === 'handled') {
    const code = verdict?.code ?? null;
    return { ...base, state: work.state, code, message: sentence(code, verdict?.message) };
  }
  const waitsFor = work.userId === signedInUser ? null : `Is sent when ${work.userName} signs in here again.`;
  return {
    ...base,
    state: inFlight || work.state === 'answered' ? 'sent' : 'unsent',
    code: null,
    message: waitsFor,
  };
};
