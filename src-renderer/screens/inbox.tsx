import { Inbox } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { InboxItem } from '#contract/bridge/view.ts';
import { commandRule } from '#contract/domain/command-table.ts';
import { isOpen } from '#contract/domain/status.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import type { Meaning } from '../components/shape.tsx';
import { useNow } from '../hooks/use-now.ts';
import { useZone } from '../hooks/use-place.ts';
import { useSave } from '../hooks/use-save.ts';
import { useScreens, useStation, useStationApi } from '../state/station-context.tsx';
import css from './page.module.css';

const MEANING: { readonly [K in InboxItem['kind']]: Meaning } = {
  status: 'progress',
  inspection: 'inspection',
  rejection: 'failed',
  hold: 'attention',
  document: 'waiting',
  announced: 'waiting',
  digest: 'waiting',
};

type RowProps = { readonly item: InboxItem; readonly onTake: ((item: InboxItem) => void) | null };

const Words = ({ item }: Pick<RowProps, 'item'>) => {
  const { t } = useTranslation();
  const format = useZone();
  const now = useNow(60);
  return (
    <div className={css.words}>
      <p className={css.main}>
        {!item.seen && <span className="unseen">{t('inbox.new')}: </span>}
        {item.title}
      </p>
      <p className={css.sub}>
        {item.takenBy !== null &&
          `${item.takenBy === '' ? t('inbox.gone') : t('inbox.takenBy', { who: item.takenBy })} · `}
        {format.when(item.at, now)}
        {item.body !== '' && ` · ${item.body}`}
      </p>
    </div>
  );
};

const InboxRow = ({ item, onTake }: RowProps) => {
  const { t } = useTranslation();
  const station = useStationApi();
  const go = useScreens((state) => state.go);
  const canSave = useStation((state) => state.journalProblem === null);
  const { shipmentId } = item;
  return (
    <li
      className={css.item}
      data-testid="inbox-item"
      data-seq={item.seq}
      data-seen={item.seen}
      data-taken={item.takenBy !== null}
    >
      <span className={css.state}>
        <Chip meaning={MEANING[item.kind]} word={t(`inbox.kind.${item.kind}`)} look={item.seen ? 'quiet' : 'filled'} />
      </span>
      <Words item={item} />
      <div className={css.end}>
        {!item.seen && <Button onPress={() => void station.markSeen([item.seq])}>{t('inbox.markSeen')}</Button>}
        {shipmentId !== null && (
          <Button
            look={onTake === null ? 'primary' : 'plain'}
            onPress={() => {
              if (!item.seen) void station.markSeen([item.seq]);
              go({ name: 'shipment', shipmentId });
            }}
          >
            {t('inbox.open')}
          </Button>
        )}
        {onTake !== null && (
          <Button look="primary" isDisabled={!canSave} data-testid="inbox-take" onPress={() => onTake(item)}>
            {t('inbox.take')}
          </Button>
        )}
      </div>
    </li>
  );
};

/** Takes the inspection an item asks for, and goes to its shipment; the first taker wins, and the item says who it was. */
const useTake = () => {
  const role = useStation((state) => state.session?.role);
  const rows = useStation((state) => state.rows);
  const go = useScreens((state) => state.go);
  const { save, problem, dismiss } = useSave();
  const mayTake = role !== undefined && commandRule('claimInspection').who.includes(role);
  const take = async ({ shipmentId, inspectionId }: InboxItem): Promise<void> => {
    if (shipmentId === null || inspectionId === null) return;
    if (await save('claimInspection', { shipmentId, inspectionId }, null)) go({ name: 'shipment', shipmentId });
  };
  const waits = ({ shipmentId, inspectionId, takenBy }: InboxItem): boolean => {
    const status = shipmentId === null ? undefined : rows.get(shipmentId)?.status;
    return inspectionId !== null && takenBy === null && status !== undefined && isOpen(status);
  };
  const takerFor = (item: InboxItem): RowProps['onTake'] =>
    mayTake && waits(item) ? (chosen) => void take(chosen) : null;
  return { takerFor, problem, dismiss };
};

/** What concerns the signed-in person, newest first; the same messages as the alerts, kept until seen and after. */
export const InboxScreen = () => {
  const { t } = useTranslation();
  const inbox = useStation((state) => state.inbox);
  const station = useStationApi();
  const unseen = inbox.filter(({ seen }) => !seen).map(({ seq }) => seq);
  const { takerFor, problem, dismiss } = useTake();
  const newestFirst = [...inbox].sort((a, b) => b.seq - a.seq);
  return (
    <div className={css.page} data-testid="inbox">
      <header className={css.head}>
        <h1 className={css.title}>{t('inbox.title')}</h1>
        {unseen.length > 0 && (
          <Button big onPress={() => void station.markSeen(unseen)} data-testid="inbox-mark-all">
            {t('inbox.markAll')}
          </Button>
        )}
      </header>
      <div className={css.body}>
        {problem !== null && (
          <ErrorNotice
            code={problem.code}
            title={t('shipment.refusedWork', { action: t(`do.${problem.command}`) })}
            testId="save-error"
            action={<Button onPress={dismiss}>{t('offline.dismiss')}</Button>}
          />
        )}
        {inbox.length === 0 ? (
          <EmptyState icon={Inbox} title={t('inbox.emptyTitle')} text={t('inbox.emptyText')} />
        ) : (
          <ul className={css.list} aria-label={t('inbox.title')}>
            {newestFirst.map((item) => (
              <InboxRow key={item.seq} item={item} onTake={takerFor(item)} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
};
