import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/field.tsx';
import { useTyping } from '../../hooks/use-typing.ts';
import { newId } from '../../state/new-id.ts';
import type { Reason } from '../../state/shipment-actions.ts';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

/** What people left for each other, newest first. */
export const NoteList = () => {
  const { t } = useTranslation();
  const { shipment, format, now } = useDesk();
  const notes = [...shipment.notes].sort((a, b) => (a.writtenAt < b.writtenAt ? 1 : -1));
  return (
    <div className={css.notes}>
      <h2>{t('notes.title')}</h2>
      <ul className={css.notelist}>
        {notes.length === 0 && <li className={css.sub}>{t('notes.empty')}</li>}
        {notes.map((note) => (
          <li key={note.id} data-testid="note">
            <p>{note.text}</p>
            <p className={css.sub}>
              {t('notes.by', { who: note.writtenBy.name, time: format.when(note.writtenAt, now) })}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
};

/** The box to add a note; others see "is typing" meanwhile. Says why when notes can no longer be added. */
export const NoteBox = () => {
  const { t } = useTranslation();
  const { shipment, why: whyNot, save } = useDesk();
  const [text, setText] = useState('');
  const { typed, stopped } = useTyping(shipment.id);
  const why = whyNot('addNote');

  const write = async (): Promise<void> => {
    stopped();
    if (await save('addNote', { noteId: newId(), text: text.trim() })) setText('');
  };
  const whyText = (code: Reason['code']): string => {
    if (code === 'cannot_save') return t('whyNot.cannot_save');
    return t(code === 'wrong_role' ? 'notes.wrongRole' : 'notes.ended');
  };
  if (why !== null) return <p className={cx(css.compose, css.sub)}>{whyText(why.code)}</p>;
  return (
    <form
      className={css.compose}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void write();
      }}
    >
      <Field
        label={t('notes.add')}
        hideLabel
        placeholder={t('notes.add')}
        value={text}
        onChange={(value) => {
          setText(value);
          typed();
        }}
        onBlur={stopped}
        maxLength={4000}
        testId="note-input"
      />
      <Button look="primary" type="submit" isDisabled={text.trim() === ''} data-testid="note-save">
        {t('ask.save')}
      </Button>
    </form>
  );
};
