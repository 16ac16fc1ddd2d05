type Surface = Pick<Electron.PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>;

const started = new Set<number>();
let lastId = 0;

/** Keeps count only: the machine sleeps when it likes. */
export const powerSaveBlockerImpl: Surface = {
  start: () => {
    lastId += 1;
    started.add(lastId);
    return lastId;
  },
  stop: (id) => started.delete(id),
  isStarted: (id) => started.has(id),
};
