import type { TFunction } from 'i18next';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Format } from '../text/format.ts';
import type { Meaning } from './shape.tsx';

/** Shape and word of a connection, the same wherever it is shown. */
export const connectionWords = (
  state: ConnectionState,
  t: TFunction,
  format: Format,
): { readonly meaning: Meaning; readonly word: string } => {
  switch (state.kind) {
    case 'live':
      return { meaning: 'done', word: t(state.transport === 'http' ? 'connection.liveHttp' : 'connection.live') };
    case 'polling':
      return { meaning: 'progress', word: t('connection.polling') };
    case 'connecting':
      return { meaning: 'waiting', word: t('connection.connecting') };
    case 'offline':
      return { meaning: 'attention', word: t('connection.offline', { time: format.time(state.since) }) };
    case 'refused':
      return { meaning: 'failed', word: t('connection.refused') };
  }
};
