import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JournalProblem } from '#contract/bridge/view.ts';
import { useZone } from '../hooks/use-place.ts';
import { type ClockError, clockError, minutesOf } from '../state/clock-error.ts';
import { useScreens, useStation } from '../state/station-context.tsx';
import { Button } from './button.tsx';
import { Shape } from './shape.tsx';
import css from './standing-notices.module.css';

type BarProps = {
  readonly kind: 'failed' | 'attention';
  readonly title: string;
  readonly children: ReactNode;
  readonly testId: string;
  readonly action?: ReactNode;
};

const Bar = ({ kind, title, children, testId, action }: BarProps) => (
  <div className={css.bar} data-kind={kind} data-testid={testId}>
    <span className={css.shape}>
      <Shape meaning={kind} />
    </span>
    <p className={css.words}>
      <span className={css.title}>{title}</span> <span className={css.text}>{children}</span>
    </p>
    {action}
  </div>
);

const JournalBar = ({ problem: { kind, folder } }: { readonly problem: JournalProblem }) => {
  const { t } = useTranslation();
  return (
    <Bar kind="failed" title={t('standing.journalTitle')} testId="journal-problem">
      {t(`standing.journalWhat.${kind}`)} {t('standing.journalSafe', { folder })} {t(`standing.journalAct.${kind}`)}
    </Bar>
  );
};

/** Until somebody has marked it handled, where what was found is listed too. */
const DamagedBar = () => {
  const { t } = useTranslation();
  const go = useScreens((state) => state.go);
  const isThere = useScreens((state) => state.screen.name === 'work');
  return (
    <Bar
      kind="attention"
      title={t('standing.damagedTitle')}
      testId="journal-damaged"
      action={
        !isThere && (
          <Button data-testid="journal-damaged-see" onPress={() => go({ name: 'work' })}>
            {t('standing.damagedSee')}
          </Button>
        )
      }
    >
      {t('standing.damagedText')}
    </Bar>
  );
};

/** How wrong the device's clock is, until dismissed; once it was right again, the next error shows anew. */
const ClockBar = () => {
  const { t } = useTranslation();
  const error = useStation((state) => clockError(state.clockOffsetMs));
  const minutes = useStation((state) => minutesOf(state.clockOffsetMs ?? 0));
  const format = useZone();
  const [dismissed, setDismissed] = useState<ClockError | null>(null);

  if (error === null && dismissed !== null) setDismissed(null);
  if (error === null || error === dismissed) return null;
  const duration = format.duration(minutes);
  return (
    <Bar
      kind="attention"
      title={t(error === 'ahead' ? 'standing.clockAhead' : 'standing.clockBehind', { duration })}
      testId="clock-notice"
      action={
        <Button
          look="quiet"
          aria-label={t('standing.dismiss')}
          data-testid="clock-dismiss"
          onPress={() => setDismissed(error)}
        >
          <X aria-hidden="true" />
        </Button>
      }
    >
      {t('standing.clockText')}
    </Bar>
  );
};

/** What everybody at this station has to know about the station itself, on every screen: what happened, what is safe, what to do. */
export const StandingNotices = () => {
  const { t } = useTranslation();
  const problem = useStation((state) => state.journalProblem);
  const isDamaged = useStation((state) =>
    state.work.some(({ from, state: at }) => from === 'station' && at === 'needs_person'),
  );
  return (
    <section className={css.region} aria-label={t('standing.label')} aria-live="polite">
      {problem !== null && <JournalBar problem={problem} />}
      {problem === null && isDamaged && <DamagedBar />}
      <ClockBar />
    </section>
  );
};
