import type { TFunction } from 'i18next';
import type { Reason } from '../state/shipment-actions.ts';
import type { Format } from './format.ts';

/** Why a command cannot be issued now, as a sentence. */
export const whyNotText = (whyNot: Reason, t: TFunction, format: Format): string => {
  switch (whyNot.code) {
    case 'wrong_role':
      return t('whyNot.wrong_role', {
        who: format.list(whyNot.who.filter((role) => role !== 'intake').map((role) => t(`rolesMany.${role}`))),
      });
    case 'wrong_status':
      return t('whyNot.wrong_status', {
        status: format.list(
          whyNot.from.map((status) => t(`status.${status}`)),
          'disjunction',
        ),
      });
    case 'holds_in_force':
    case 'stations_awaited':
      return t(`whyNot.${whyNot.code}`, { count: whyNot.count });
    case 'lead_approval_needed':
    case 'documents_missing':
    case 'needs_the_server':
    case 'cannot_save':
      return t(`whyNot.${whyNot.code}`);
  }
};
