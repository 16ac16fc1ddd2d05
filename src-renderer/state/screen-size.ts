import type { StationSettings, ThemeChoice } from '#contract/bridge/view.ts';

const MM_PER_INCH = 25.4;

/** CSS pixels in one millimetre of a screen of this size; `inches` is its diagonal. */
export const pixelsPerMm = (width: number, height: number, inches: number): number =>
  Math.hypot(width, height) / (inches * MM_PER_INCH);

/** Makes millimetres true and sets the theme on the document; `calibrating` overrides the diagonal while it is being set. */
export const applySettings = (
  root: HTMLElement,
  display: { readonly width: number; readonly height: number },
  settings: Pick<StationSettings, 'screenInches'> & { readonly theme: ThemeChoice },
): void => {
  const mm = pixelsPerMm(display.width, display.height, settings.screenInches);
  // A display of 0 × 0 (no screen yet) would make everything vanish; the value in tokens.css stays then.
  if (mm > 0) root.style.setProperty('--mm', `${mm.toFixed(4)}px`);
  if (settings.theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = settings.theme;
};
