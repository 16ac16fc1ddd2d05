import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { REASON_CODES, type ReasonCode } from '#contract/domain/reasons.ts';
import { Field } from '../../components/field.tsx';
import { Tiles } from '../../components/tiles.tsx';

/** Reason tiles with words beside them; `Other` needs the words. */
export const useReason = () => {
  const { t } = useTranslation();
  const [code, setCode] = useState<ReasonCode | null>(null);
  const [words, setWords] = useState('');
  const text = words.trim();
  const complete = code !== null && (code !== 'other' || text !== '');
  /** One sentence of both: what the history shows. */
  const sentence =
    code === null ? text : code === 'other' ? text : [t(`reasons.${code}`), text].filter(Boolean).join(': ');
  return { code, setCode, words, setWords, complete, sentence };
};

type Reason = ReturnType<typeof useReason>;

/** The sixteen reason codes as tiles, with words beside them. */
export const ReasonTiles = ({ reason }: { readonly reason: Reason }) => {
  const { t } = useTranslation();
  const needed = reason.code === 'other';
  return (
    <>
      <Tiles
        label={t('ask.why')}
        value={reason.code}
        onChange={reason.setCode}
        testId="reason"
        tiles={REASON_CODES.map((code) => ({ value: code, label: t(`reasons.${code}`) }))}
      />
      <Field
        label={t(needed ? 'ask.wordsNeeded' : 'ask.words')}
        value={reason.words}
        onChange={reason.setWords}
        wrong={needed && reason.words.trim() === '' ? t('ask.otherNeedsWords') : null}
        testId="reason-words"
      />
    </>
  );
};
