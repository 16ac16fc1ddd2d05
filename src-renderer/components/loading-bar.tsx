import { useTranslation } from 'react-i18next';
import { loadingOf } from '../state/loading.ts';
import { useStation } from '../state/station-context.tsx';
import css from './loading-bar.module.css';
import { Shape } from './shape.tsx';

/** On every screen as long as only a part of the rows is here: what is shown is true, but no more than a beginning. */
export const LoadingBar = () => {
  const { t } = useTranslation();
  const loading = useStation((state) => (state.coverage === 'part' ? loadingOf('part', state.connection) : null));
  return (
    <output className={css.region}>
      {loading !== null && (
        <p className={css.bar} data-testid="loading-bar" data-kind={loading}>
          <span className={css.shape}>
            <Shape meaning={loading === 'loading' ? 'progress' : 'attention'} />
          </span>
          <span className={css.title}>{t(`loading.${loading}Title`)}</span>
          <span className={css.text}>{t(`loading.${loading}Text`)}</span>
        </p>
      )}
    </output>
  );
};
