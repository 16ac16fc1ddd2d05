import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeInboxes, withShipments } from '../inbox-for-tests.ts';
import { IVO } from '../outbox-for-tests.ts';
import { StoreFault } from './store-fault.ts';

afterEach(closeInboxes);

describe('a journal that cannot be read when the next person signs in', () => {
  const MARA = { ...IVO, key: `${IVO.key}-mara`, userId: 'mara', userName: 'Mara' };
  /** Mara has been here, then Ivo, who has heard of `s0`; Mara comes back. */
  const handedOver = async () => {
    const world = await withShipments(2);
    const { journal, inbox } = world;
    const signIn = async (owner: typeof IVO): Promise<void> => {
      await inbox.hold();
      await journal.setOwner(owner, `client-of-${owner.userId}`);
      await inbox.load();
    };
    await signIn(MARA);
    await inbox.catchUp();
    await signIn(IVO);
    await inbox.catchUp();
    world.move('s0');
    await world.take();
    return world;
  };

  it.each(['unshown', 'inbox', 'bookmarks', 'isFollowing', 'setFollowing'] as const)(
    'shows them nothing of who was here before, and tells them all they missed (%s)',
    async (read) => {
      const world = await handedOver();
      const { journal, inbox } = world;
      expect(inbox.items).toHaveLength(1);
      await inbox.hold();
      await journal.setOwner(MARA, 'client-of-mara');
      const broken = vi.spyOn(journal, read).mockRejectedValue(new StoreFault('locked', 'held'));
      await expect(inbox.load()).rejects.toThrow('held');
      expect(inbox.items).toEqual([]);
      broken.mockRestore();
      world.move('s1');
      await world.take();
      expect(inbox.items.map(({ title }) => title).sort()).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
      expect(await journal.isFollowing()).toBe(true);
    },
  );

  it('shows nothing of them while it is being read', async () => {
    const { journal, inbox } = await handedOver();
    await inbox.hold();
    await journal.setOwner(MARA, 'client-of-mara');
    const loading = inbox.load();
    expect(inbox.items).toEqual([]);
    await loading;
  });

  it('leaves nobody where the one before stood, whose reading took longer', async () => {
    const { journal, inbox } = await handedOver();
    await inbox.hold();
    const first = inbox.load();
    await journal.setOwner(MARA, 'client-of-mara');
    const second = inbox.load();
    await expect(first).rejects.toThrow('Somebody else has signed in');
    await second;
  });
});
