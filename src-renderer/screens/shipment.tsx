import { CircleAlert, LoaderCircle, PackageX } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reachesServer } from '#contract/bridge/connection.ts';
import type { Session, ShipmentView } from '#contract/bridge/view.ts';
import type { CommandInput } from '#contract/domain/command-args.ts';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ScrollArea } from '../components/scroll-area.tsx';
import { useNow } from '../hooks/use-now.ts';
import { useZone } from '../hooks/use-place.ts';
import { useSave } from '../hooks/use-save.ts';
import { useWebSocket } from '../hooks/use-web-socket.ts';
import { loadingOf } from '../state/loading.ts';
import { offeredActions, whyNotHere } from '../state/shipment-actions.ts';
import { useStation } from '../state/station-context.tsx';
import { ActionBar } from './shipment/action-bar.tsx';
import { ActionsSheet } from './shipment/actions-sheet.tsx';
import { type Asked, Asking, isAtOnce } from './shipment/asking.tsx';
import { type Desk, DeskContext, type TabName } from './shipment/desk.ts';
import { Facts } from './shipment/facts.tsx';
import { BackButton, ShipmentHeader } from './shipment/header.tsx';
import { NoteBox, NoteList } from './shipment/notes.tsx';
import { Notices } from './shipment/notices.tsx';
import { Parts } from './shipment/parts.tsx';
import css from './shipment/shipment.module.css';

/** Says what others just did, for people who do not see the screen change. */
const Announcer = ({ shipmentId, userName }: { readonly shipmentId: string; readonly userName: string }) => {
  const { t } = useTranslation();
  const { onShipmentUpdate, onDocumentUpload } = useWebSocket();
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      onShipmentUpdate((event) => {
        if (event.shipmentId !== shipmentId || event.changedBy === userName) return;
        setSaid(t('shipment.changed', { who: event.changedBy, status: t(`status.${event.status}`) }));
      }),
    [onShipmentUpdate, shipmentId, userName, t],
  );
  useEffect(
    () =>
      onDocumentUpload(({ document, ...event }) => {
        if (event.shipmentId !== shipmentId) return;
        setSaid(t('shipment.newDocument', { who: document.uploadedBy, fileName: document.fileName }));
      }),
    [onDocumentUpload, shipmentId, t],
  );
  return <output className="unseen">{said}</output>;
};

type Step = { readonly kind: 'none' } | { readonly kind: 'sheet' } | { readonly kind: 'asking'; readonly asked: Asked };
const NONE: Step = { kind: 'none' };

const focusNote = (): void => document.querySelector<HTMLElement>('[data-testid="note-input"]')?.focus();

const Opened = ({ shipment, session }: { readonly shipment: ShipmentView; readonly session: Session }) => {
  const { t } = useTranslation();
  const online = useStation((state) => reachesServer(state.connection));
  const canSave = useStation((state) => state.journalProblem === null);
  const format = useZone(shipment.warehouseId);
  const now = useNow(30);
  const { save: put, problem, dismiss, savedCount } = useSave();
  const [tab, showTab] = useState<TabName>('lines');
  const [step, setStep] = useState<Step>(NONE);
  const close = useCallback(() => setStep(NONE), []);
  const { id, version } = shipment;

  const save = useCallback<Desk['save']>(
    (command, rest) => {
      // `rest` is the command's arguments without the shipment; the compiler cannot see through the generic.
      const args = { ...rest, shipmentId: id } as unknown as CommandInput[typeof command];
      return put(command, args, { id, version });
    },
    [put, id, version],
  );
  const begin = useCallback<Desk['begin']>(
    (command, target) => {
      setStep(NONE);
      if (command === 'addNote') setTimeout(focusNote);
      else if (isAtOnce(command)) void save(command, {});
      else if (command === 'claimInspection' && target !== undefined) void save(command, { inspectionId: target });
      else setStep({ kind: 'asking', asked: { command, target: target ?? null } });
    },
    [save],
  );
  const why = useCallback<Desk['why']>(
    (command) => whyNotHere(command, shipment, session.role, { online, canSave }),
    [shipment, session.role, online, canSave],
  );
  const offered = offeredActions(shipment, session.role, { online, canSave });
  const desk = useMemo<Desk>(
    () => ({ shipment, session, online, format, now, tab, showTab, why, begin, save }),
    [shipment, session, online, format, now, tab, why, begin, save],
  );
  const primary: Desk['begin'] = (command) => {
    if (command === 'closeShipment' && offered.next?.asks === false) void save('closeShipment', {});
    else begin(command);
  };

  return (
    <DeskContext value={desk}>
      <article className={css.screen} data-testid="shipment-screen" data-shipment-id={id} data-status={shipment.status}>
        <ShipmentHeader />
        <Notices problem={problem} onDismiss={dismiss} />
        <div className={css.body}>
          <div className={css.side}>
            <ScrollArea label={t('shipment.facts')} className={css.read}>
              <Facts />
              <NoteList />
            </ScrollArea>
            <NoteBox />
          </div>
          <Parts />
        </div>
        <ActionBar
          next={offered.next}
          savedCount={savedCount}
          onStep={primary}
          onMore={() => setStep({ kind: 'sheet' })}
        />
        <Announcer shipmentId={id} userName={session.name} />
      </article>
      {step.kind === 'sheet' && <ActionsSheet groups={offered.groups} onPick={begin} onClose={close} />}
      {step.kind === 'asking' && (
        <Asking key={`${step.asked.command}/${step.asked.target}`} asked={step.asked} onClose={close} />
      )}
    </DeskContext>
  );
};

/** One shipment: opened (and joined) when shown, left when not. */
export const ShipmentScreen = ({ shipmentId }: { readonly shipmentId: string }) => {
  const { t } = useTranslation();
  const open = useStation((state) => state.open);
  const session = useStation((state) => state.session);
  const openShipment = useStation((state) => state.openShipment);
  const closeShipment = useStation((state) => state.closeShipment);
  const isLoading = useStation((state) => loadingOf(state.coverage, state.connection) === 'loading');
  useEffect(() => {
    void openShipment(shipmentId);
    return () => void closeShipment();
  }, [shipmentId, openShipment, closeShipment]);

  if (open?.id === shipmentId && open.view !== null && session !== null)
    return <Opened shipment={open.view} session={session} />;
  const phase = open?.id === shipmentId ? open.phase : 'loading';
  return (
    <div className={css.screen} data-testid="shipment-screen" data-shipment-id={shipmentId} data-status={phase}>
      <header className={css.head}>
        <BackButton />
      </header>
      <div className={css.whole}>
        {phase === 'missing' && isLoading && (
          <EmptyState icon={LoaderCircle} title={t('shipment.comingTitle')} text={t('shipment.comingText')} />
        )}
        {phase === 'missing' && !isLoading && (
          <EmptyState icon={PackageX} title={t('shipment.missingTitle')} text={t('shipment.missingText')} />
        )}
        {phase === 'failed' && (
          <EmptyState icon={CircleAlert} title={t('shipment.failedTitle')} text={t('shipment.failedText')}>
            <Button big look="primary" onPress={() => void openShipment(shipmentId)}>
              {t('app.retry')}
            </Button>
          </EmptyState>
        )}
        {(phase === 'loading' || phase === 'ready') && <EmptyState icon={LoaderCircle} title={t('shipment.loading')} />}
      </div>
    </div>
  );
};
