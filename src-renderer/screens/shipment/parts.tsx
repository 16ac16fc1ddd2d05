import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../../components/cx.ts';
import { type TabName, useDesk } from './desk.ts';
import { DocumentsTab } from './documents-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { InspectionsTab } from './inspections-tab.tsx';
import { LinesTab } from './lines-tab.tsx';
import { ProblemsTab } from './problems-tab.tsx';
import css from './shipment.module.css';

const TABS = ['lines', 'documents', 'inspections', 'problems', 'history'] as const satisfies readonly TabName[];

const PANELS = {
  lines: LinesTab,
  documents: DocumentsTab,
  inspections: InspectionsTab,
  problems: ProblemsTab,
  history: HistoryTab,
} as const satisfies Record<TabName, () => unknown>;

const useCounts = (): Readonly<Record<TabName, number | null>> => {
  const { shipment } = useDesk();
  return {
    lines: shipment.lines.length,
    documents: shipment.documents.length,
    inspections: shipment.inspections.length,
    problems: shipment.holds.length + shipment.rejections.length + shipment.discrepancies.length,
    history: null,
  };
};

/** The five parts of a shipment as tabs; only the chosen one is rendered. */
export const Parts = () => {
  const { t } = useTranslation();
  const { shipment, tab, showTab } = useDesk();
  const counts = useCounts();
  return (
    <Tabs
      className={cx(css.tabs)}
      selectedKey={tab}
      onSelectionChange={(key) => showTab(TABS.find((name) => name === key) ?? 'lines')}
    >
      <TabList className={cx(css.tablist)} aria-label={t('shipment.tabs')}>
        {TABS.map((name) => (
          <Tab key={name} id={name} className={cx(css.tab)} data-testid={`tab-${name}`}>
            {t(`tab.${name}`)}
            {counts[name] !== null && counts[name] > 0 && (
              <span className={css.tabcount} data-loud={name === 'problems' && shipment.activeHolds > 0}>
                {counts[name]}
              </span>
            )}
          </Tab>
        ))}
      </TabList>
      {TABS.map((name) => {
        const Panel = PANELS[name];
        return (
          <TabPanel key={name} id={name} className={cx(css.panel)}>
            <Panel />
          </TabPanel>
        );
      })}
    </Tabs>
  );
};
