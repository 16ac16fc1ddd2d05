import { afterEach, describe, expect, it } from 'vitest';
import { CREW, submissionOf } from '../../core/model-dock.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';

const KEY = { userId: 'rob', key: 'k', hash: 'h', sight: 'staff:*' };
const ANSWER = { status: 200, body: '{"id":"S"}', contentType: 'application/json' };
const arrive = (shipmentId: string) =>
  submissionOf('recordArrival', { shipmentId }, CREW.rob, { occurredAt: '2026-11-24T08:00:00.000Z' });
const close = (shipmentId: string) =>
  submissionOf('closeShipment', { shipmentId }, CREW.lea, { occurredAt: '2026-11-24T08:00:00.000Z' });

// What is known of a request under its Idempotency-Key when the server dies at any moment.
describe.each(STORAGES)('kept effects on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('keeps with the work itself that it took effect, until the answer takes its place', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    await dock.storage.submit([arrive('S')], KEY);
    const again = await docks.reopen(dock);
    expect(await again.storage.keptAnswer(KEY)).toEqual({ shipmentIds: ['S'] });
    expect(await again.storage.keptAnswer({ ...KEY, hash: 'other' })).toBe('different_request');
    await again.storage.keepAnswer(KEY, ANSWER);
    expect(await again.storage.keptAnswer(KEY)).toEqual(ANSWER);
  });

  it('keeps nothing of work that was refused or failed', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    const [, refused] = await dock.storage.submit([arrive('S'), close('S')], KEY);
    expect(refused?.verdict).toBe('conflict');
    expect(await dock.storage.keptAnswer(KEY)).toBeNull();
    const broken = { ...arrive('S'), command: { type: 'unheardOf', args: {} } } as never;
    await expect(dock.storage.submit([broken], KEY)).rejects.toThrow();
    expect(await dock.storage.keptAnswer(KEY)).toBeNull();
  });

  it('shows an answer to the eyes it was made for only; to others it says what took effect', async () => {
    const dock = await docks.make();
    await dock.announce('S');
    await dock.storage.submit([arrive('S')], KEY);
    await dock.storage.keepAnswer(KEY, ANSWER);
    expect(await dock.storage.keptAnswer({ ...KEY, sight: 'staff:W2' })).toEqual({ shipmentIds: ['S'] });
    const refusal = { ...KEY, key: 'refused' };
    await dock.storage.keepAnswer(refusal, { ...ANSWER, status: 409 });
    expect(await dock.storage.keptAnswer({ ...refusal, sight: 'staff:W2' })).toBeNull();
    expect(await dock.storage.keptAnswer(refusal)).toMatchObject({ status: 409 });
  });

  it('does not take what a key stood for days ago for its work of today', async () => {
    let now = Date.parse('2026-11-24T08:00:00Z');
    const dock = await docks.make({ clock: () => new Date(now) });
    await dock.announce('S');
    await dock.storage.submit([arrive('S')], KEY);
    now += 25 * 3_600_000;
    await dock.storage.keepAnswer({ ...KEY, hash: 'other' }, ANSWER);
    expect(await dock.storage.keptAnswer({ ...KEY, hash: 'other', sight: 'staff:W2' })).toBeNull();
  });
});
