'use client';

import { useCallback } from 'react';
import { useStored } from '../hooks/useStored';
import { type Language, languages, say, type Texts, type Values } from './texts';

const known = (value: string | null): Language => {
  const wanted = value ?? navigator.language.slice(0, 2);
  return languages.find((language) => language === wanted) ?? 'en';
};

/** The language of the page and a way to change it. The system's at first; the choice stays on this device. */
export function useLanguage(): readonly [Language, (language: Language) => void] {
  const [value, set] = useStored('dintel.language', known, 'en');
  return [value, set];
}

/** What gives a line of these texts in the reader's language. */
export function useText<K extends string>(texts: Texts<K>): (key: K, values?: Values) => string {
  const [language] = useLanguage();
  return useCallback((key, values) => say(language, texts[language][key], values), [language, texts]);
}
