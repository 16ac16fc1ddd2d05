import { describe, expect, it } from 'vitest';
import { LEASE_MS, Presence, TYPING_MS } from './presence.ts';

const viewer = (socketId: string, userName = 'Mara') => ({
  userId: userName.toLowerCase(),
  userName,
  socketId,
  since: '2026-11-23T08:00:00.000Z',
  isStaff: true,
});
const alive = () => 0;

describe('viewing', () => {
  it('tells who came, with how many look now', () => {
    const presence = new Presence();
    expect(presence.join('s1', viewer('a'))).toMatchObject([{ kind: 'viewing', shipmentId: 's1', count: 1 }]);
    expect(presence.join('s1', viewer('b', 'Ivo'))).toMatchObject([{ kind: 'viewing', count: 2 }]);
    expect(presence.viewers('s1').map(({ userName }) => userName)).toEqual(['Mara', 'Ivo']);
  });

  it('tells nothing of one who joins twice', () => {
    const presence = new Presence();
    presence.join('s1', viewer('a'));
    expect(presence.join('s1', viewer('a'))).toEqual([]);
    expect(presence.viewers('s1')).toHaveLength(1);
  });

  it('tells who left, with how many still look', () => {
    const presence = new Presence();
    presence.join('s1', viewer('a'));
    presence.join('s1', viewer('b'));
    expect(presence.leave('s1', 'a')).toMatchObject([{ kind: 'gone', count: 1, viewer: { socketId: 'a' } }]);
    expect(presence.leave('s1', 'a')).toEqual([]);
    expect(presence.leave('never', 'b')).toEqual([]);
  });

  it('ends every lease of a connection that is gone', () => {
    const presence = new Presence();
    presence.join('s1', viewer('a'));
    presence.join('s2', viewer('a'));
    presence.join('s2', viewer('b'));
    expect(presence.drop('a').map(({ shipmentId }) => shipmentId)).toEqual(['s1', 's2']);
    expect(presence.viewers('s1')).toEqual([]);
    expect(presence.viewers('s2')).toHaveLength(1);
    expect(presence.drop('a')).toEqual([]);
  });

  it('counts two stations of one person as two', () => {
    const presence = new Presence();
    presence.join('s1', viewer('a'));
    expect(presence.join('s1', viewer('b'))).toMatchObject([{ count: 2 }]);
  });

  it('ends the leases of a connection that went silent, and only those', () => {
    const presence = new Presence();
    presence.join('s1', viewer('a'));
    presence.join('s1', viewer('b'));
    const heard = new Map([
      ['a', 1000],
      ['b', 20_000],
    ]);
    expect(presence.expire(1000 + LEASE_MS - 1, (id) => heard.get(id))).toEqual([]);
    expect(presence.expire(1000 + LEASE_MS, (id) => heard.get(id))).toMatchObject([
      { kind: 'gone', count: 1, viewer: { socketId: 'a' } },
    ]);
  });

  it('ends the lease of a connection nobody knows', () => {
    const presence = new Presence();
    presence.join('s1', viewer('ghost'));
    expect(presence.expire(1_000_000, () => undefined)).toMatchObject([{ kind: 'gone' }]);
  });
});

describe('typing', () => {
  const joined = () => {
    const presence = new Presence();
    presence.join('s1', viewer('a'));
    return presence;
  };

  it('is for those who look at the shipment', () => {
    expect(joined().startTyping('s1', 'stranger', 0)).toBeNull();
    expect(joined().startTyping('s2', 'a', 0)).toBeNull();
  });

  it('is told once while it goes on, and again after a while', () => {
    const presence = joined();
    expect(presence.startTyping('s1', 'a', 0)).toMatchObject([{ kind: 'typing', isTyping: true }]);
    expect(presence.startTyping('s1', 'a', 500)).toEqual([]);
    expect(presence.startTyping('s1', 'a', 2500)).toMatchObject([{ isTyping: true }]);
  });

  it('stops when told to, once', () => {
    const presence = joined();
    presence.startTyping('s1', 'a', 0);
    expect(presence.stopTyping('s1', 'a')).toMatchObject([{ isTyping: false }]);
    expect(presence.stopTyping('s1', 'a')).toEqual([]);
  });

  it('stops by itself when it is not renewed', () => {
    const presence = joined();
    presence.startTyping('s1', 'a', 0);
    presence.startTyping('s1', 'a', 1000);
    expect(presence.expire(TYPING_MS, alive)).toEqual([]);
    expect(presence.expire(1000 + TYPING_MS, alive)).toMatchObject([{ kind: 'typing', isTyping: false }]);
    expect(presence.expire(2000 + TYPING_MS, alive)).toEqual([]);
  });

  it('stops before its viewer is gone', () => {
    const presence = joined();
    presence.startTyping('s1', 'a', 0);
    expect(presence.drop('a').map(({ kind }) => kind)).toEqual(['typing', 'gone']);
  });
});
