import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { whyNot } from '#contract/domain/next-action.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { useTyping } from '../../hooks/use-typing.ts';
import { newId } from '../../state/new-id.ts';
import { useDesk } from './desk.ts';
import css from './shipment.module.css';

/** What people left for each other, newest first, and the box to add to it. Others see "is typing" meanwhile. */
export const Notes = () => {
  const { t } = useTranslation();
  const { shipment, session, online, format, now, save } = useDesk();
  const [text, setText] = useState('');
  const { typed, stopped } = useTyping(shipment.id);
  const notes = [...shipment.notes].sort((a, b) => (a.writtenAt < b.writtenAt ? 1 : -1));
  const why = whyNot('addNote', shipment, session.role, online);

  const write = async (): Promise<void> => {
    stopped();
    if (await save('addNote', { noteId: newId(), text: text.trim() })) setText('');
  };
  return (
    <section className={css.notes} aria-label={t('notes.title')}>
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
      {why === null ? (
        <div className={css.compose}>
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
          <Button look="primary" isDisabled={text.trim() === ''} onPress={() => void write()} data-testid="note-save">
            {t('ask.save')}
          </Button>
        </div>
      ) : (
        <p className={css.sub}>{t(why.code === 'wrong_role' ? 'notes.wrongRole' : 'notes.ended')}</p>
      )}
    </section>
  );
};
