import { Warehouse } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { useScreens, useStation, useStationApi } from '../state/station-context.tsx';
import type { ErrorCode } from '../text/error-text.ts';
import css from './setup.module.css';

type Attempt =
  | { readonly phase: 'editing'; readonly missing: boolean }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'refused'; readonly code: ErrorCode };

/** First run, and again when the server no longer takes this station's token: an address, a token, a clear answer. */
export const SetupScreen = () => {
  const { t } = useTranslation();
  const station = useStationApi();
  const session = useStation((state) => state.session);
  const go = useScreens((state) => state.go);
  const [serverUrl, setServerUrl] = useState(session?.serverUrl ?? '');
  const [token, setToken] = useState('');
  const [attempt, setAttempt] = useState<Attempt>({ phase: 'editing', missing: false });

  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    setAttempt({ phase: 'editing', missing: false });
  };
  const connect = async (): Promise<void> => {
    if (serverUrl.trim() === '' || token.trim() === '') return setAttempt({ phase: 'editing', missing: true });
    setAttempt({ phase: 'connecting' });
    const answer = await station
      .configure({ serverUrl: serverUrl.trim(), token: token.trim() })
      .catch(() => ({ ok: false, code: 'unreachable' }) as const);
    if (!answer.ok) return setAttempt({ phase: 'refused', code: answer.code });
    go({ name: 'board' });
  };
  const missing = attempt.phase === 'editing' && attempt.missing;

  return (
    <div className={css.screen}>
      <form
        className={css.card}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void connect();
        }}
      >
        <p className={css.brand}>
          <Warehouse aria-hidden="true" />
          {t('app.name')}
        </p>
        <div className={css.head}>
          <h1 className={css.title}>{t(session === null ? 'setup.title' : 'setup.again')}</h1>
          <p className={css.quiet}>{t('setup.intro')}</p>
        </div>
        <Field
          label={t('setup.server')}
          hint={t('setup.serverHint')}
          value={serverUrl}
          onChange={edit(setServerUrl)}
          wrong={missing && serverUrl.trim() === '' ? t('setup.serverMissing') : null}
          maxLength={500}
          testId="setup-server"
        />
        <Field
          label={t('setup.token')}
          hint={t('setup.tokenHint')}
          value={token}
          onChange={edit(setToken)}
          wrong={missing && token.trim() === '' ? t('setup.tokenMissing') : null}
          maxLength={8000}
          testId="setup-token"
          area
        />
        {attempt.phase === 'refused' && <ErrorNotice code={attempt.code} testId="setup-error" />}
        <div className={css.buttons}>
          {session !== null && (
            <Button big onPress={() => go({ name: 'board' })}>
              {t('ask.cancel')}
            </Button>
          )}
          <Button
            big
            look="primary"
            type="submit"
            isDisabled={attempt.phase === 'connecting'}
            data-testid="setup-submit"
          >
            {t(attempt.phase === 'connecting' ? 'setup.connecting' : 'setup.submit')}
          </Button>
        </div>
        <p className={css.safe}>{t('setup.safe')}</p>
      </form>
    </div>
  );
};
