import { describe, expect, it } from 'vitest';
import { REPORT_LEASE_MS } from '#contract/wire/station-report.ts';
import { type KeptReport, type Reporter, StationBook } from './station-book.ts';

const MARA: Reporter = { userId: 'mara', userName: 'Mara', socketId: 'socket-1' };
const IVO: Reporter = { userId: 'ivo', userName: 'Ivo', socketId: 'socket-1' };
const START = Date.parse('2026-11-27T14:00:00Z');
const at = (ms: number): string => new Date(START + ms).toISOString();

type Said = { clientId?: string; unsentOn?: string[]; workedOn?: string[] };
/** The first of them is signed in. */
const saying = (...clients: Said[]) => ({
  station: 'Dock 3',
  clientId: clients[0]?.clientId ?? 'client-mara',
  leaving: false,
  clients: clients.map((said) => ({ clientId: 'client-mara', unsentOn: [], workedOn: [], ...said })),
});

/** As the server does: what has changed is written down. */
const say = (book: StationBook, by: Reporter, said: ReturnType<typeof saying>, sees = (_id: string) => true) => {
  const changed = book.report(by, said, sees);
  book.saved(changed);
  return changed;
};

const open = () => {
  let now = START;
  const book = new StationBook(() => now);
  const told: string[][] = [];
  book.onChange((ids) => void told.push([...ids].sort()));
  const pass = (ms: number): void => {
    now += ms;
  };
  return { book, told, pass, restart: () => new StationBook(() => now) };
};

describe('work that is still to come', () => {
  it('holds a shipment up from its report to the report that it is gone', () => {
    const { book, told, pass } = open();
    const [kept] = say(book, MARA, saying({ unsentOn: ['S'] }));
    expect(kept).toMatchObject({ clientId: 'client-mara', userName: 'Mara', unsentOn: { S: at(0) } });
    pass(5_000);
    say(book, MARA, saying({ unsentOn: ['S', 'T'] }));
    expect(book.waitingFor('S')).toEqual([{ station: 'Dock 3', userName: 'Mara', state: 'unsent', since: at(0) }]);
    expect(book.waitingFor('T')).toMatchObject([{ since: at(5_000) }]);
    say(book, MARA, saying({}));
    expect([book.waitingFor('S'), book.waitingFor('T')]).toEqual([[], []]);
    expect(told).toEqual([['S'], ['S', 'T'], ['S', 'T']]);
  });

  it('goes on to hold it up when the station cannot be reached any more', () => {
    const { book, pass } = open();
    say(book, MARA, saying({ unsentOn: ['S'] }));
    pass(1_000);
    book.hungUp('socket-1');
    expect(book.waitingFor('S')).toMatchObject([{ state: 'unsent', since: at(0) }]);
    say(book, { ...MARA, socketId: 'socket-2' }, { ...saying({ unsentOn: ['S'] }), leaving: true });
    book.hungUp('socket-2');
    expect(book.waitingFor('S')).toMatchObject([{ state: 'unsent', since: at(0) }]);
  });

  it('of somebody else at the same station counts too, under their own name', () => {
    const { book } = open();
    say(book, IVO, saying({ clientId: 'client-ivo', unsentOn: ['S'] }));
    const changed = say(book, MARA, saying({}, { clientId: 'client-ivo', unsentOn: ['S'] }));
    expect(changed).toEqual([]);
    expect(book.waitingFor('S', { clientId: 'client-mara' })).toMatchObject([{ userName: 'Ivo' }]);
  });

  it('is not forgotten because somebody reports who does not see the shipment', () => {
    const { book } = open();
    say(book, MARA, saying({ unsentOn: ['S', 'T'], workedOn: ['S', 'T', 'U'] }));
    const seesT = (id: string): boolean => id === 'T';
    const [kept] = say(book, IVO, saying({ clientId: 'client-ivo' }, { unsentOn: ['X'], workedOn: ['T'] }), seesT);
    expect(kept).toMatchObject({ clientId: 'client-mara', unsentOn: { S: at(0) }, workedOn: ['S', 'U', 'T'] });
    expect(kept).toMatchObject({ userId: 'mara', userName: 'Mara' });
    expect(book.waitingFor('T')).toEqual([]);
    expect(book.waitingFor('S')).toHaveLength(1);
    // Nor by who has it out of sight later, where others told it.
    say(book, IVO, saying({ clientId: 'client-ivo' }, {}), () => false);
    expect(book.waitingFor('S')).toHaveLength(1);
    // Of one's own it is: it went where its sender does not see it, and comes to nothing.
    say(book, MARA, saying({ unsentOn: ['S'] }), () => false);
    expect(book.waitingFor('S')).toEqual([]);
  });

  it('has no name while only others have told of it, and its own as soon as it is known', () => {
    const { book } = open();
    say(book, MARA, saying({}, { clientId: 'client-ivo', unsentOn: ['S'] }));
    expect(book.waitingFor('S')).toMatchObject([{ station: 'Dock 3', userName: '' }]);
    say(book, IVO, saying({ clientId: 'client-ivo', unsentOn: ['S'] }));
    expect(book.waitingFor('S')).toMatchObject([{ station: 'Dock 3', userName: 'Ivo' }]);
  });

  it('of whoever asks is not waited for', () => {
    const { book } = open();
    say(book, MARA, saying({ unsentOn: ['S'] }));
    expect(book.waitingFor('S', { clientId: 'client-mara' })).toEqual([]);
    expect(book.waitingFor('S', { socketId: 'socket-1' })).toEqual([]);
    // Somebody else signs in there: now it is another's.
    say(book, IVO, saying({ clientId: 'client-ivo' }, { unsentOn: ['S'] }));
    expect(book.waitingFor('S', { socketId: 'socket-1' })).toMatchObject([{ userName: 'Mara' }]);
    expect(book.waitingFor('S', {})).toHaveLength(1);
  });
});

describe('a station that has worked on a shipment', () => {
  it('is waited for while it cannot be reached, and no longer', () => {
    const { book, told, pass } = open();
    say(book, MARA, saying({ workedOn: ['S'] }));
    expect(book.waitingFor('S')).toEqual([]);
    pass(60_000);
    book.hungUp('socket-1');
    expect(book.waitingFor('S')).toEqual([
      { station: 'Dock 3', userName: 'Mara', state: 'unheard', since: at(60_000) },
    ]);
    // The same report again is nothing to write down, but it is heard.
    expect(say(book, { ...MARA, socketId: 'socket-2' }, saying({ workedOn: ['S'] }))).toEqual([]);
    expect(book.waitingFor('S')).toEqual([]);
    expect(told).toEqual([['S'], ['S'], ['S']]);
  });

  it('is reached as long as one of its sockets is', () => {
    const { book } = open();
    say(book, MARA, saying({ workedOn: ['S'] }));
    say(book, { ...MARA, socketId: 'socket-2' }, saying({ workedOn: ['S'] }));
    book.hungUp('socket-1');
    expect(book.waitingFor('S')).toEqual([]);
    book.hungUp('socket-2');
    expect(book.waitingFor('S')).toHaveLength(1);
  });

  it('is not waited for after it was shut down in good order', () => {
    const { book } = open();
    say(book, MARA, saying({ workedOn: ['S'] }));
    const [kept] = say(book, MARA, { ...saying({ workedOn: ['S'] }), leaving: true });
    expect(kept).toMatchObject({ hasLeft: true });
    book.hungUp('socket-1');
    expect(book.waitingFor('S')).toEqual([]);
  });

  it('that polls is reached until its lease ends', () => {
    const { book, told, pass } = open();
    const polling = { ...MARA, socketId: null };
    say(book, polling, saying({ workedOn: ['S'] }));
    pass(REPORT_LEASE_MS - 1);
    book.expire();
    expect(book.waitingFor('S')).toEqual([]);
    say(book, polling, saying({ workedOn: ['S'] }));
    pass(REPORT_LEASE_MS);
    expect(book.waitingFor('S')).toMatchObject([{ state: 'unheard', since: at(REPORT_LEASE_MS - 1) }]);
    expect(told).toEqual([['S']]);
    book.expire();
    book.expire();
    expect(told).toEqual([['S'], ['S']]);
  });
});

describe('over a restart of the server', () => {
  it('what was kept holds up again, until its station is back', () => {
    const { book, restart } = open();
    const kept: KeptReport[] = [
      ...say(book, MARA, saying({ unsentOn: ['S'], workedOn: ['T'] })),
      ...say(book, IVO, saying({ clientId: 'client-ivo', workedOn: ['T'] })),
    ];
    const next = restart();
    next.load(kept);
    expect(next.waitingFor('S')).toMatchObject([{ state: 'unsent', userName: 'Mara' }]);
    expect(next.waitingFor('T').map(({ state, userName }) => [state, userName])).toEqual([
      ['unheard', 'Ivo'],
      ['unheard', 'Mara'],
    ]);
    say(next, MARA, saying({ workedOn: ['T'] }, { clientId: 'client-ivo', workedOn: ['T'] }));
    expect([next.waitingFor('S'), next.waitingFor('T')]).toEqual([[], []]);
  });
});

it('lets nobody fill it: of one person the oldest go', () => {
  const { book } = open();
  for (let n = 0; n < 310; n += 1) say(book, MARA, saying({ clientId: `client-${n}`, unsentOn: [`S${n}`] }));
  expect(book.waitingFor('S9')).toEqual([]);
  expect(book.waitingFor('S10')).toHaveLength(1);
  say(book, IVO, saying({ clientId: 'client-ivo', unsentOn: ['S9'] }));
  expect(book.waitingFor('S9')).toHaveLength(1);
});

describe('what is on disk', () => {
  it('is told again until it is known to be there', () => {
    const { book } = open();
    const all = (): boolean => true;
    const [first] = book.report(MARA, saying({ unsentOn: ['S'] }), all);
    // The disk was full; the station says the same again.
    expect(book.report(MARA, saying({ unsentOn: ['S'] }), all)).toEqual([first]);
    book.saved([first as KeptReport]);
    expect(book.report(MARA, saying({ unsentOn: ['S'] }), all)).toEqual([]);
    const [gone] = book.report(MARA, saying({}), all);
    expect(book.report(MARA, saying({}), all)).toEqual([gone]);
    // What changed while it was written is not there.
    const [newer] = book.report(MARA, saying({ unsentOn: ['T'] }), all);
    book.saved([gone as KeptReport]);
    expect(book.report(MARA, saying({ unsentOn: ['T'] }), all)).toEqual([newer]);
  });
});

describe('a station that changes its way', () => {
  it('is not taken for silent because its old socket is found dead later', () => {
    const { book, told, pass } = open();
    say(book, MARA, saying({ workedOn: ['S'] }));
    pass(5_000);
    say(book, { ...MARA, socketId: null }, saying({ workedOn: ['S'] }));
    pass(7_000);
    book.hungUp('socket-1');
    expect(book.waitingFor('S')).toEqual([]);
    expect(told).toEqual([['S']]);
  });
});

it('waits for nobody who has been silent for weeks, except for what they told of', () => {
  const { book, pass } = open();
  say(book, MARA, saying({ unsentOn: ['S'], workedOn: ['S', 'T'] }));
  book.hungUp('socket-1');
  pass(14 * 24 * 60 * 60 * 1000);
  expect(book.waitingFor('T')).toHaveLength(1);
  pass(1);
  expect(book.waitingFor('T')).toEqual([]);
  expect(book.waitingFor('S')).toHaveLength(1);
});

it('is waited for after a restart of the server if it was there until then, however long it had nothing new to say', () => {
  const { book, pass, restart } = open();
  let [kept] = say(book, MARA, saying({ workedOn: ['S'] }));
  for (let day = 0; day < 20; day += 1) {
    pass(24 * 60 * 60 * 1000);
    [kept = kept] = say(book, MARA, saying({ workedOn: ['S'] }));
  }
  const next = restart();
  next.load([kept as KeptReport]);
  expect(next.waitingFor('S')).toMatchObject([{ state: 'unheard' }]);
});

it('keeps nothing of those who have nothing to say, however many there are', () => {
  const { book } = open();
  const many = Array.from({ length: 200 }, (_, n) => ({ clientId: `client-${n}` }));
  expect(say(book, MARA, saying(...many))).toEqual([]);
  expect(say(book, MARA, saying(...many.map((each) => ({ ...each, unsentOn: ['S'] }))))).toHaveLength(200);
  expect(book.waitingFor('S')).toHaveLength(2);
  expect(say(book, MARA, saying(...many))).toHaveLength(200);
  expect(book.waitingFor('S')).toEqual([]);
});

it('names stations in the same order, whoever spoke last', () => {
  const { book } = open();
  const ivo = () => say(book, { ...IVO, socketId: 'socket-2' }, saying({ clientId: 'client-ivo', unsentOn: ['S'] }));
  say(book, MARA, saying({ unsentOn: ['S'] }));
  ivo();
  const before = book.waitingFor('S');
  say(book, MARA, saying({ unsentOn: ['S', 'T'] }));
  expect(book.waitingFor('S')).toEqual(before);
});
