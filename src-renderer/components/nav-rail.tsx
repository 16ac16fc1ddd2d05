import { CloudUpload, Inbox, LayoutGrid, type LucideIcon, Settings } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Screen } from '../state/screen-store.ts';
import { useScreens, useStation } from '../state/station-context.tsx';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import css from './nav-rail.module.css';

const ITEMS: readonly { readonly name: 'board' | 'inbox' | 'work' | 'settings'; readonly icon: LucideIcon }[] = [
  { name: 'board', icon: LayoutGrid },
  { name: 'inbox', icon: Inbox },
  { name: 'work', icon: CloudUpload },
  { name: 'settings', icon: Settings },
];

/** Where each screen belongs in the rail: a shipment is reached from the board. */
const place = (screen: Screen): string => (screen.name === 'shipment' ? 'board' : screen.name);

/** The four screens with what waits in them. Words under the icons: an icon alone is a riddle at one metre. */
export const NavRail = () => {
  const { t } = useTranslation();
  const here = useScreens((state) => place(state.screen));
  const go = useScreens((state) => state.go);
  const counts = {
    inbox: useStation((state) => state.inbox.reduce((sum, item) => sum + (item.seen ? 0 : 1), 0)),
    work: useStation((state) => state.work.reduce((sum, item) => sum + (item.state === 'needs_person' ? 1 : 0), 0)),
    board: 0,
    settings: 0,
  };
  return (
    <nav className={css.rail} aria-label={t('nav.label')}>
      {ITEMS.map(({ name, icon: Icon }) => (
        <Button
          key={name}
          look="quiet"
          className={cx(css.item, name === 'settings' && css.last)}
          data-testid={`nav-${name}`}
          aria-current={here === name ? 'page' : 'false'}
          onPress={() => go({ name })}
        >
          <Icon aria-hidden="true" strokeWidth={1.8} />
          <span>{t(`nav.${name}`)}</span>
          {counts[name] > 0 && (
            <span className={css.badge}>
              <span aria-hidden="true">{counts[name] > 99 ? '99+' : counts[name]}</span>
              <span className="unseen">
                {t(name === 'inbox' ? 'nav.inboxCount' : 'nav.workCount', { count: counts[name] })}
              </span>
            </span>
          )}
        </Button>
      ))}
    </nav>
  );
};
