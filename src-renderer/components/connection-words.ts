import type { TFunction } from 'i18next';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Coverage } from '#contract/bridge/view.ts';
import { loadingOf } from '../state/loading.ts';
import type { Format } from '../text/format.ts';
import type { Meaning } from './shape.tsx';

/** Shape and word of a connection, the same wherever it is shown. One that brings the first rows is not called live yet. */
export const connectionWords = (
  state: ConnectionState,
  coverage: Coverage,
  t: TFunction,
  format: Format,
): { readonly meaning: Meaning; readonly word: string } => {
  if (coverage === 'part' && loadingOf(coverage, state) === 'loading')
    return { meaning: 'progress', word: t('connection.loading') };
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
