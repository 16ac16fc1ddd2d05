import { Check, Ellipsis } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { blockedBy } from '#contract/domain/next-action.ts';
import { Button } from '../../components/button.tsx';
import { HoldButton } from '../../components/hold-button.tsx';
import type { NextStep } from '../../state/shipment-actions.ts';
import { closingTitle } from '../../text/closing-text.ts';
import { whyNotText } from '../../text/why-not.ts';
import { type Desk, useDesk } from './desk.ts';
import css from './shipment.module.css';

type Props = {
  readonly next: NextStep | null;
  /** Grows with every save, so that "saved" is said anew each time. */
  readonly savedCount: number;
  readonly onStep: Desk['begin'];
  readonly onMore: () => void;
};

type NextProps = { readonly next: NextStep; readonly onStep: Desk['begin'] };

const NextButton = ({ next, onStep }: NextProps) => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const label = next.asks ? closingTitle(blockedBy(shipment), shipment.waitingFor.length, t) : t(`do.${next.command}`);
  // Closing ends the shipment for everybody: held for a second instead of confirmed.
  if (next.command === 'closeShipment' && next.whyNot === null && !next.asks)
    return (
      <HoldButton testId="next-action" command={next.command} onHeld={() => onStep(next.command)}>
        {label}
      </HoldButton>
    );
  return (
    <Button
      big
      look={next.asks ? 'plain' : 'primary'}
      isDisabled={next.whyNot !== null && !next.asks}
      data-testid="next-action"
      data-command={next.command}
      onPress={() => onStep(next.command)}
    >
      {label}
    </Button>
  );
};

/** The one next legal step, big and always in the same place; if it is not possible, why. */
export const ActionBar = ({ next, savedCount, onStep, onMore }: Props) => {
  const { t } = useTranslation();
  const { shipment, format } = useDesk();
  const uncounted = shipment.lineCount - shipment.countedLines;
  return (
    <footer className={css.actions} data-dock="true">
      <Button big onPress={onMore} data-testid="more-actions">
        <Ellipsis aria-hidden="true" />
        {t('sheet.open')}
      </Button>
      <div className={css.why}>
        <span aria-live="polite">
          {savedCount > 0 && (
            <span key={savedCount} className={css.savedline} data-testid="saved">
              <Check aria-hidden="true" size="1.1em" />
              {t('shipment.saved')}
            </span>
          )}
        </span>
        {next?.whyNot != null && <span data-testid="why-not">{whyNotText(next.whyNot, t, format)}</span>}
        {next?.command === 'completeCount' && uncounted > 0 && (
          <span>{t('shipment.uncounted', { count: uncounted })}</span>
        )}
      </div>
      {next === null ? (
        <span className={css.nothing}>{t('shipment.noNext')}</span>
      ) : (
        <NextButton next={next} onStep={onStep} />
      )}
    </footer>
  );
};
