import { useCallback } from 'react';
import type { CommandName } from '#contract/domain/command-table.ts';
import { type Rest, useDesk } from './desk.ts';

/** What every question before a command gets: the command, what it is about, and the way out. */
export type AskProps<N extends CommandName = CommandName> = {
  readonly command: N;
  /** Line, hold or inspection it was asked for; null when the person still has to choose. */
  readonly target: string | null;
  readonly onClose: () => void;
};

/**
 * Saves and closes. It closes on a refusal too: the refusal stands on the shipment's screen, in the same words for every
 * command, and a dialog over it would hide it.
 */
export const useFinish = (onClose: () => void) => {
  const { save } = useDesk();
  return useCallback(
    <N extends CommandName>(command: N, rest: Rest<N>): void => {
      onClose();
      void save(command, rest);
    },
    [save, onClose],
  );
};

/** Absent instead of empty: the contract's optional texts may be left out but not be blank. */
export const filled = <K extends string>(name: K, text: string): { [P in K]?: string } => {
  const trimmed = text.trim();
  return trimmed === '' ? {} : ({ [name]: trimmed } as { [P in K]?: string });
};
