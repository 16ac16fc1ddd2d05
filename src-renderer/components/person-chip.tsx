import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '#contract/bridge/view.ts';
import { useStationApi } from '../state/station-context.tsx';
import { Avatar } from './avatar.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import css from './frame-bar.module.css';

/** Who works here now, and the way out. */
export const PersonChip = ({ session }: { readonly session: Session }) => {
  const { t } = useTranslation();
  const station = useStationApi();
  const [asking, setAsking] = useState(false);
  const role = t(`roles.${session.role}`);
  return (
    <>
      <Button look="quiet" className={css.person} data-testid="person" onPress={() => setAsking(true)}>
        <span className="unseen">{t('frame.signedIn')}: </span>
        <Avatar name={session.name} />
        <span className={css.who}>
          <span>{session.name}</span>
          <span className={css.role}>{role}</span>
        </span>
      </Button>
      {asking && (
        <Dialog
          title={`${session.name} · ${role}`}
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button big onPress={() => setAsking(false)}>
                {t('frame.stay')}
              </Button>
              <Button
                big
                look="primary"
                data-testid="sign-out"
                onPress={() => {
                  setAsking(false);
                  void station.signOut();
                }}
              >
                {t('frame.signOut')}
              </Button>
            </>
          }
        >
          <p>{t('frame.signOutText')}</p>
        </Dialog>
      )}
    </>
  );
};
