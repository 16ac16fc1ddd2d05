import { useCallback, useState } from 'react';
import type { CommandInput } from '#contract/domain/command-args.ts';
import { type CommandName, commandRule } from '#contract/domain/command-table.ts';
import { play } from '../state/sounds.ts';
import { useStationApi, useStationStore } from '../state/station-context.tsx';
import type { ErrorCode } from '../text/error-text.ts';

/** A refusal by this station itself; refusals by the server come later, as work that needs a person. */
export type SaveProblem = { readonly command: CommandName; readonly code: ErrorCode };

/** Saving of one screen with its last refusal. */
export type Saving = {
  /**
   * Puts work on this station's disk. `seen` is the shipment as the person saw it; decisions carry its version, so that
   * they lose visibly when somebody was first. Resolves to whether it was saved.
   */
  save<N extends CommandName>(
    command: N,
    args: CommandInput[N],
    seen: { readonly id: string; readonly version: number } | null,
  ): Promise<boolean>;
  /** The last refusal, until dismissed or until something is saved. */
  readonly problem: SaveProblem | null;
  dismiss(): void;
  /** Grows with every success: lets a screen say "saved". */
  readonly savedCount: number;
};

/** Puts work into the outbox through the bridge, sounds the result and keeps the refusal. Never throws. */
export const useSave = (): Saving => {
  const station = useStationApi();
  const store = useStationStore();
  const [problem, setProblem] = useState<SaveProblem | null>(null);
  const [savedCount, setSavedCount] = useState(0);

  const save = useCallback<Saving['save']>(
    async (command, args, seen) => {
      const base =
        seen !== null && commandRule(command).kind === 'decision' ? { id: seen.id, version: seen.version } : null;
      // A bridge that throws is a station that did not save: never pretend otherwise.
      const saved = await station
        .save(command, args, base)
        .catch(() => ({ ok: false, code: 'not_saved', message: '' }) as const);
      if (store.getState().settings.sounds) play(saved.ok ? 'saved' : 'refused');
      setProblem(saved.ok ? null : { command, code: saved.code });
      if (saved.ok) setSavedCount((count) => count + 1);
      return saved.ok;
    },
    [station, store],
  );

  return { save, problem, dismiss: useCallback(() => setProblem(null), []), savedCount };
};
