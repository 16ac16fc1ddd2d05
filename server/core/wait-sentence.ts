import type { AwaitedStation } from '#contract/wire/station-report.ts';

/** Stations named in one sentence; the rest are counted. */
const MOST_NAMED = 5;
const LIST = new Intl.ListFormat('en', { type: 'conjunction' });

/** Both, or the one that is known. */
const nameOf = ({ station, userName }: AwaitedStation): string =>
  station === '' || userName === '' ? station || userName || 'A station' : `${station} (${userName})`;

const listOf = (names: readonly string[]): string => {
  const more = names.length - MOST_NAMED;
  return LIST.format(more > 0 ? [...names.slice(0, MOST_NAMED), `${more} more`] : names);
};

/** What closing waits for, as a sentence for whoever wanted to close. */
export const waitSentence = (awaited: readonly AwaitedStation[]): string => {
  const named = (state: AwaitedStation['state']): string[] =>
    awaited.filter((each) => each.state === state).map(nameOf);
  const verb = (names: readonly string[]): string => (names.length === 1 ? 'has' : 'have');
  const unsent = named('unsent');
  const unheard = named('unheard');
  const parts = [
    ...(unsent.length === 0 ? [] : [`${listOf(unsent)} ${verb(unsent)} work on it that is not sent yet.`]),
    ...(unheard.length === 0
      ? []
      : [`${listOf(unheard)} ${verb(unheard)} worked on it, cannot be reached, and may hold more.`]),
  ];
  return `${parts.join(' ')} Wait until it has come, or say why you close without it.`;
};
