/**
 * The platform's formatters, each made once: to make one takes a hundred times as long as to use it, and a page uses thousands. Not for
 * options that differ from call to call: nothing is ever dropped.
 */

/** Makes formatters of one kind, and gives the same one for the same language and options. */
function once<Options, Format>(Kind: new (language: string, options?: Options) => Format) {
  const made = new Map<string, Format>();
  return (language: string, options?: Options): Format => {
    const key = language + JSON.stringify(options);
    const found = made.get(key) ?? new Kind(language, options);
    made.set(key, found);
    return found;
  };
}

export const numberFormat = once<Intl.NumberFormatOptions, Intl.NumberFormat>(Intl.NumberFormat);
export const dateFormat = once<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(Intl.DateTimeFormat);
export const awayFormat = once<Intl.RelativeTimeFormatOptions, Intl.RelativeTimeFormat>(Intl.RelativeTimeFormat);
export const pluralRules = once<Intl.PluralRulesOptions, Intl.PluralRules>(Intl.PluralRules);
