import css from './chip.module.css';
import { cx } from './cx.ts';
import { type Meaning, Shape } from './shape.tsx';

type Props = {
  readonly meaning: Meaning;
  readonly word: string;
  /** Quiet chips are shape and word in colour on the page; filled ones are for what must be seen first. */
  readonly look?: 'filled' | 'quiet';
  readonly className?: string | undefined;
  readonly testId?: string;
};

/** Colour, shape and word together, never one without the others. */
export const Chip = ({ meaning, word, look = 'filled', className, testId }: Props) => (
  <span className={cx(css.chip, css[look], className)} data-meaning={meaning} data-testid={testId}>
    <Shape meaning={meaning} />
    <span className={css.word}>{word}</span>
  </span>
);
