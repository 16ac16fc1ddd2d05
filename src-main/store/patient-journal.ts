import type { Journal } from '../core/ports.ts';
import { SerialQueue } from '../core/serial-queue.ts';
import { insist, patienceEnds } from './insist.ts';

/**
 * A journal whose file another program may hold for a while: one thing after the other in the order asked for. Each has five seconds
 * from when it was asked for, so that the tenth of ten taps is not told after fifty that it was not saved.
 */
export const patientJournal = (journal: Journal): Journal => {
  const queue = new SerialQueue();
  const run = <T>(task: () => Promise<T>): Promise<T> => {
    const until = patienceEnds();
    return queue.run(() => insist(task, until));
  };
  return {
    setOwner: (...asked) => run(() => journal.setOwner(...asked)),
    append: (...asked) => run(() => journal.append(...asked)),
    openWork: () => run(() => journal.openWork()),
    storeVerdicts: (...asked) => run(() => journal.storeVerdicts(...asked)),
    markDone: (...asked) => run(() => journal.markDone(...asked)),
    markHandled: (...asked) => run(() => journal.markHandled(...asked)),
    renumber: (...asked) => run(() => journal.renumber(...asked)),
    lastAnswered: (...asked) => run(() => journal.lastAnswered(...asked)),
    lastAnsweredWork: (...asked) => run(() => journal.lastAnsweredWork(...asked)),
    workedOn: (...asked) => run(() => journal.workedOn(...asked)),
    reopenAnswered: (...asked) => run(() => journal.reopenAnswered(...asked)),
    bookmarks: () => run(() => journal.bookmarks()),
    isFollowing: () => run(() => journal.isFollowing()),
    setFollowing: (...asked) => run(() => journal.setFollowing(...asked)),
    addInbox: (...asked) => run(() => journal.addInbox(...asked)),
    unshown: () => run(() => journal.unshown()),
    markShown: (...asked) => run(() => journal.markShown(...asked)),
    markSeen: (...asked) => run(() => journal.markSeen(...asked)),
    toTake: (...asked) => run(() => journal.toTake(...asked)),
    markTaken: (...asked) => run(() => journal.markTaken(...asked)),
    inbox: (...asked) => run(() => journal.inbox(...asked)),
    prune: (...asked) => run(() => journal.prune(...asked)),
  };
};
