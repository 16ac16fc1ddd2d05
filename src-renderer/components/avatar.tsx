import css from './avatar.module.css';

/** First letters of the first and last word; works for scripts without case. */
export const initialsOf = (name: string): string => {
  const words = name.trim().split(/\s+/);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return picked.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
};

/** A person's initials; the name stands beside it, so this is decoration to a screen reader. */
export const Avatar = ({ name }: { readonly name: string }) => (
  <span className={css.avatar} aria-hidden="true">
    {initialsOf(name)}
  </span>
);
