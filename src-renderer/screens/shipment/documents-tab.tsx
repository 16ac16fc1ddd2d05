import { FileText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type DocumentType, WANTED_DOCUMENTS } from '#contract/domain/documents.ts';
import { Chip } from '../../components/chip.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { useDesk } from './desk.ts';
import css from './tab.module.css';

/** The papers a shipment should have, each with whether it is there. */
const Expected = () => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  const present = new Set(shipment.documents.map(({ documentType }) => documentType));
  const wanted = WANTED_DOCUMENTS.filter((type) => !shipment.requiredDocuments.includes(type));
  const row = (type: DocumentType, required: boolean) => (
    <li key={type} className={css.item} data-testid="document-expected" data-type={type} data-there={present.has(type)}>
      <div className={css.words}>
        <p className={css.main}>{t(`documents.type.${type}`)}</p>
        <p className={css.sub}>{t(required ? 'documents.required' : 'documents.wanted')}</p>
      </div>
      {present.has(type) ? (
        <Chip meaning="done" look="quiet" word={t('documents.present')} />
      ) : (
        <Chip meaning={required ? 'attention' : 'waiting'} look="quiet" word={t('documents.missing')} />
      )}
    </li>
  );
  return (
    <section className={css.section} aria-label={t('documents.expected')}>
      <h3>{t('documents.expected')}</h3>
      <ul className={css.list}>
        {shipment.requiredDocuments.map((type) => row(type, true))}
        {wanted.map((type) => row(type, false))}
      </ul>
    </section>
  );
};

/** What is on file, newest first: the kind, the file, who brought it and when. */
const OnFile = () => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  const newestFirst = [...shipment.documents].sort((a, b) => (a.uploadedAt < b.uploadedAt ? 1 : -1));
  return (
    <section className={css.section} aria-label={t('documents.present')}>
      <h3>{t('documents.present')}</h3>
      <ul className={css.list}>
        {newestFirst.map((document) => (
          <li
            key={document.id}
            className={css.item}
            data-testid="document-row"
            data-document-id={document.id}
            data-type={document.documentType}
          >
            <div className={css.words}>
              <p className={css.main}>{document.caption ?? document.fileName}</p>
              <p className={css.sub}>
                {t(`documents.type.${document.documentType}`)} · {format.bytes(document.fileSize)} ·{' '}
                {t('documents.by', { who: document.uploadedBy, time: format.when(document.uploadedAt, now) })}
              </p>
            </div>
            <Chip
              meaning={document.isVerified ? 'done' : 'waiting'}
              look="quiet"
              word={t(document.isVerified ? 'documents.verified' : 'documents.unverified')}
            />
          </li>
        ))}
      </ul>
    </section>
  );
};

/** Expected papers first: what is missing matters before the lorry leaves. */
export const DocumentsTab = () => {
  const { t } = useTranslation();
  const { shipment } = useDesk();
  return (
    <ScrollArea label={t('tab.documents')} className={css.whole}>
      <Expected />
      {shipment.documents.length === 0 ? (
        <EmptyState icon={FileText} title={t('documents.emptyTitle')} text={t('documents.emptyText')} />
      ) : (
        <OnFile />
      )}
    </ScrollArea>
  );
};
