'use client';

import { themes, useTheme } from '../hooks/useTheme';
import { frameTexts } from '../i18n/frame';
import { languageNames, languages } from '../i18n/texts';
import { useLanguage, useText } from '../i18n/useText';
import { Choice } from './Choice';

/** Light or dark, and the language. */
export function Preferences() {
  const t = useText(frameTexts);
  const [theme, setTheme] = useTheme();
  const [language, setLanguage] = useLanguage();
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-3">
      <Choice
        label={t('theme')}
        value={theme}
        options={themes.map((one) => ({ value: one, text: t(one) }))}
        onChange={setTheme}
      />
      <Choice
        label={t('language')}
        value={language}
        options={languages.map((one) => ({ value: one, text: languageNames[one] }))}
        onChange={setLanguage}
      />
    </div>
  );
}
