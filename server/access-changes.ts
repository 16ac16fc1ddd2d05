import { type Access, type Overrule, scopeOf } from './access.ts';
import type { AccessChange, ChangedAccess, Storage } from './core/storage.ts';

/** `turn` counts the changes of everybody, in the order in which they took effect here. */
type Standing = { readonly change: ChangedAccess; readonly at: number; readonly turn: number };

/**
 * Whose access was changed, and to what: the one place that says what a signed-in person may see now. A change overrules every
 * token issued before it, and everybody who was let in on one, from the tick in which it takes effect.
 */
export class AccessChanges implements Overrule {
  readonly #storage: Storage;
  readonly #onFault: (error: unknown) => void;
  readonly #standing = new Map<string, Standing>();
  /** The turn after which an access was looked at; one that was never looked at is older than every change. */
  readonly #lookedAt = new WeakMap<Access, number>();
  readonly #listeners: ((userId: string) => void)[] = [];
  #turn = 0;

  private constructor(storage: Storage, onFault: (error: unknown) => void) {
    this.#storage = storage;
    this.#onFault = onFault;
  }

  /** With what was changed before this server started. `onFault` hears of listeners that throw. */
  static async open(storage: Storage, onFault: (error: unknown) => void): Promise<AccessChanges> {
    const changes = new AccessChanges(storage, onFault);
    for (const change of await storage.changedAccess()) changes.#stand(change);
    return changes;
  }

  judge(access: Access, issuedAt: number): Access {
    const standing = this.#standing.get(access.actor.id);
    const judged = standing !== undefined && issuedAt <= standing.at ? overruled(access, standing.change) : access;
    this.#lookedAt.set(judged, this.#turn);
    return judged;
  }

  now(access: Access): Access {
    const standing = this.#standing.get(access.actor.id);
    if (standing === undefined || standing.turn <= (this.#lookedAt.get(access) ?? 0)) return access;
    const changed = overruled(access, standing.change);
    this.#lookedAt.set(changed, this.#turn);
    return changed;
  }

  /** Resolves when the change is on disk and in effect, in that order: nobody hears of one that a crash takes back. */
  async change(change: AccessChange): Promise<ChangedAccess> {
    const changed = await this.#storage.setAccess(change);
    this.#stand(changed);
    for (const listener of this.#listeners) {
      try {
        listener(changed.userId);
      } catch (error) {
        this.#onFault(error);
      }
    }
    return changed;
  }

  /** Called in the tick in which somebody's change takes effect, in the order of subscribing. */
  onChange(listener: (userId: string) => void): void {
    this.#listeners.push(listener);
  }

  #stand(change: ChangedAccess): void {
    this.#turn += 1;
    this.#standing.set(change.userId, { change, at: Date.parse(change.changedAt), turn: this.#turn });
  }
}

const overruled = ({ actor, expiresAt }: Access, { role, warehouses, supplierId }: ChangedAccess): Access => ({
  actor: { ...actor, role },
  scope: scopeOf(role, warehouses, supplierId),
  expiresAt,
});
