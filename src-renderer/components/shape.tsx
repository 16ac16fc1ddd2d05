import type { ReactNode } from 'react';

/** What a shape means is in research's palette: colour alone is never enough, two people in ten cannot tell these apart. */
export type Meaning = 'waiting' | 'progress' | 'done' | 'inspection' | 'attention' | 'failed';

const stroke = { fill: 'none', stroke: 'currentColor', strokeWidth: 3, strokeLinecap: 'round' } as const;

const SHAPES: { readonly [M in Meaning]: ReactNode } = {
  waiting: <circle cx="12" cy="12" r="8.5" {...stroke} />,
  progress: (
    <>
      <circle cx="12" cy="12" r="8.5" {...stroke} />
      <path d="M12 4.5a7.5 7.5 0 0 1 0 15z" fill="currentColor" />
    </>
  ),
  done: <path d="M4 12.8 9.6 18.4 20.2 6.2" {...stroke} strokeWidth={3.6} strokeLinejoin="round" />,
  inspection: (
    <>
      <circle cx="10" cy="10" r="6.4" {...stroke} />
      <path d="m15 15 6 6" {...stroke} strokeWidth={3.6} />
    </>
  ),
  attention: (
    <>
      <path d="M12 3.2 22 20.5H2z" fill="currentColor" stroke="currentColor" strokeWidth="2" strokeLinejoin="round" />
      <path className="shape-cut" d="M12 9.6v4.6m0 3.2v.1" {...stroke} strokeWidth={2.6} />
    </>
  ),
  failed: (
    <>
      <path d="M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6z" fill="currentColor" />
      <path className="shape-cut" d="m8.4 8.4 7.2 7.2m0-7.2-7.2 7.2" {...stroke} strokeWidth={2.8} />
    </>
  ),
};

/** The shape of a meaning, the size of the text it stands beside, always with a word next to it. */
export const Shape = ({ meaning, className }: { readonly meaning: Meaning; readonly className?: string }) => (
  <svg className={className} viewBox="0 0 24 24" width="0.92em" height="0.92em" aria-hidden="true" focusable="false">
    {SHAPES[meaning]}
  </svg>
);
