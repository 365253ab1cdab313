'use client';

import { useEffect } from 'react';
import { useStored } from './useStored';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const known = (stored: string | null): Theme => themes.find((theme) => theme === stored) ?? 'system';

/** Light, dark or as the system has it, and a way to change it. `layout.tsx` sets it before the first paint. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, set] = useStored('dintel.theme', known, 'system');
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
  }, [theme]);
  return [theme, set];
}
