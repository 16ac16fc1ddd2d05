import { Input, Label, Text, TextArea, TextField } from 'react-aria-components';
import { cx } from './cx.ts';
import css from './field.module.css';

type Props = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly hint?: string;
  /** A sentence saying what does not fit; null while all is well. */
  readonly wrong?: string | null;
  readonly placeholder?: string;
  readonly area?: boolean;
  readonly hideLabel?: boolean;
  readonly maxLength?: number;
  readonly testId?: string;
  readonly id?: string;
};

/** One text with its label, hint and error tied to it for screen readers. No spelling marks: these are codes and names. */
export const Field = (props: Props) => {
  const {
    label,
    value,
    onChange,
    onBlur,
    hint,
    wrong = null,
    area = false,
    hideLabel = false,
    maxLength = 200,
  } = props;
  const Box = area ? TextArea : Input;
  return (
    <TextField
      className={cx(css.field)}
      value={value}
      onChange={onChange}
      isInvalid={wrong !== null}
      maxLength={maxLength}
      spellCheck="false"
      autoComplete="off"
      {...(onBlur === undefined ? {} : { onBlur })}
      {...(props.id === undefined ? {} : { id: props.id })}
    >
      <Label className={hideLabel ? 'unseen' : cx(css.label)}>{label}</Label>
      <Box className={cx(css.input)} placeholder={props.placeholder ?? ''} data-testid={props.testId} />
      {hint !== undefined && wrong === null && (
        <Text slot="description" className={cx(css.hint)}>
          {hint}
        </Text>
      )}
      {wrong !== null && (
        <Text slot="errorMessage" className={cx(css.wrong)} role="alert">
          {wrong}
        </Text>
      )}
    </TextField>
  );
};
