import { ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Discrepancy, Hold, Rejection } from '#contract/domain/shipment-records.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { whyNotText } from '../../text/why-not.ts';
import { lineOf, useDesk } from './desk.ts';
import css from './tab.module.css';

const useAbout = () => {
  const { t } = useTranslation();
  const desk = useDesk();
  return (lineId: string | null, quantity: string | null): string => {
    const line = lineOf(desk, lineId);
    const scope = line === null ? t('problems.wholeShipment') : t('problems.line', { line: line.lineNumber });
    return quantity === null ? scope : `${scope} · ${quantity} ${line?.unit ?? ''}`.trim();
  };
};

const Row = (props: { testId: string; title: string; lines: (string | null)[]; children: ReactNode }) => (
  <li className={css.item} data-testid={props.testId}>
    <div className={css.words}>
      <p className={css.main}>{props.title}</p>
      {props.lines
        .filter((text) => text !== null && text !== '')
        .map((text) => (
          <p key={text} className={css.sub}>
            {text}
          </p>
        ))}
    </div>
    <div className={css.end}>{props.children}</div>
  </li>
);

const HoldRow = ({ hold }: { readonly hold: Hold }) => {
  const { t } = useTranslation();
  const { why: whyNot, format, now, begin } = useDesk();
  const about = useAbout();
  const why = whyNot('releaseHold');
  const inForce = hold.releasedAt === null;
  const released =
    hold.releasedAt === null
      ? null
      : t('problems.releasedBy', { who: hold.releasedBy?.name ?? '', time: format.when(hold.releasedAt, now) });
  return (
    <Row
      testId="hold-row"
      title={hold.reason}
      lines={[
        `${about(hold.lineId, null)} · ${t('problems.by', { who: hold.placedBy.name, time: format.when(hold.placedAt, now) })}`,
        released,
        hold.releaseReason,
        inForce && why !== null ? whyNotText(why, t, format) : null,
      ]}
    >
      <Chip
        meaning={inForce ? 'attention' : 'done'}
        look={inForce ? 'filled' : 'quiet'}
        word={t(inForce ? 'problems.inForce' : 'problems.released')}
      />
      {inForce && why === null && (
        <Button data-testid="hold-release" onPress={() => begin('releaseHold', hold.id)}>
          {t('do.releaseHold')}
        </Button>
      )}
    </Row>
  );
};

const RejectionRow = ({ rejection }: { readonly rejection: Rejection }) => {
  const { t } = useTranslation();
  const { format, now } = useDesk();
  const about = useAbout();
  const by = t('problems.by', { who: rejection.reportedBy.name, time: format.when(rejection.reportedAt, now) });
  return (
    <Row
      testId="rejection-row"
      title={t(`reasons.${rejection.reasonCode}`)}
      lines={[
        `${about(rejection.lineId, rejection.quantity)} · ${by}`,
        rejection.note,
        rejection.disposition === null ? t('problems.noDisposition') : null,
        rejection.evidence.length > 0 ? t('problems.evidence', { count: rejection.evidence.length }) : null,
      ]}
    >
      <Chip
        meaning="failed"
        look="quiet"
        word={rejection.disposition === null ? t('quality.rejected') : t(`dispositions.${rejection.disposition}`)}
      />
    </Row>
  );
};

const DiscrepancyRow = ({ discrepancy }: { readonly discrepancy: Discrepancy }) => {
  const { t } = useTranslation();
  const { format, now } = useDesk();
  const about = useAbout();
  const by = t('problems.by', { who: discrepancy.reportedBy.name, time: format.when(discrepancy.reportedAt, now) });
  return (
    <Row
      testId="discrepancy-row"
      title={t(`discrepancies.${discrepancy.kind}`)}
      lines={[`${about(discrepancy.lineId, discrepancy.quantity)} · ${by}`, discrepancy.note]}
    >
      {null}
    </Row>
  );
};

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode[] }) =>
  children.length === 0 ? null : (
    <section className={css.section} aria-label={title}>
      <h3>{title}</h3>
      <ul className={css.list}>{children}</ul>
    </section>
  );

const REPORTS: readonly CommandName[] = ['placeHold', 'reportDiscrepancy', 'reportRejection'];

/** Holds in force first, then rejections and discrepancies, with the buttons to report one. */
export const ProblemsTab = () => {
  const { t } = useTranslation();
  const { shipment, why, begin } = useDesk();
  const holds = [...shipment.holds].sort(
    (a, b) => Number(a.releasedAt !== null) - Number(b.releasedAt !== null) || (a.placedAt < b.placedAt ? 1 : -1),
  );
  const nothing = holds.length + shipment.rejections.length + shipment.discrepancies.length === 0;
  return (
    <div className={css.tab}>
      <div className={css.tools}>
        {REPORTS.filter((command) => why(command) === null).map((command) => (
          <Button key={command} onPress={() => begin(command)} data-testid={`problem-${command}`}>
            {t(`do.${command}`)}
          </Button>
        ))}
      </div>
      <ScrollArea label={t('tab.problems')} className={css.scroll}>
        {nothing && <EmptyState icon={ShieldCheck} title={t('problems.emptyTitle')} text={t('problems.emptyText')} />}
        <Section title={t('problems.holds')}>
          {holds.map((hold) => (
            <HoldRow key={hold.id} hold={hold} />
          ))}
        </Section>
        <Section title={t('problems.rejections')}>
          {shipment.rejections.map((rejection) => (
            <RejectionRow key={rejection.id} rejection={rejection} />
          ))}
        </Section>
        <Section title={t('problems.discrepancies')}>
          {shipment.discrepancies.map((discrepancy) => (
            <DiscrepancyRow key={discrepancy.id} discrepancy={discrepancy} />
          ))}
        </Section>
      </ScrollArea>
    </div>
  );
};
