import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import { Field } from './field.tsx';
import { type Tile, Tiles } from './tiles.tsx';

const WHOLE = 'whole';
/** A person looks at a handful; with more lines than this they type what they look for. */
const SHOWN = 8;

const textOf = (line: ShipmentLine): string =>
  [line.lineNumber, line.sku, line.gtin, line.description, line.lot].filter((part) => part !== null).join(' ');

type Props = {
  readonly lines: readonly ShipmentLine[];
  /** Null means the whole shipment. */
  readonly value: string | null;
  readonly onChange: (lineId: string | null) => void;
};

/** What a record is about: the whole shipment or one of its lines, found by number, article, lot or words. */
export const LinePicker = ({ lines, value, onChange }: Props) => {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const tiles = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/);
    const found = lines.filter((line) => words.every((word) => textOf(line).toLowerCase().includes(word)));
    const shown = found.slice(0, SHOWN);
    const chosen = lines.find(({ id }) => id === value);
    // What was chosen stays in sight even when the words no longer match it.
    if (chosen !== undefined && !shown.includes(chosen)) shown.unshift(chosen);
    return shown.map(
      (line): Tile<string> => ({
        value: line.id,
        label: t('problems.line', { line: line.lineNumber }),
        note: line.description ?? line.sku ?? line.gtin ?? '',
      }),
    );
  }, [lines, query, value, t]);
  if (lines.length === 0) return null;
  return (
    <>
      <Tiles
        label={t('ask.about')}
        size="wide"
        value={value ?? WHOLE}
        onChange={(id) => onChange(id === WHOLE ? null : id)}
        tiles={[{ value: WHOLE, label: t('ask.wholeShipment') }, ...tiles]}
        testId="pick-line"
      />
      {lines.length > SHOWN && <Field label={t('ask.findLine')} value={query} onChange={setQuery} />}
    </>
  );
};
