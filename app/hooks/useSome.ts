'use client';

import { useState } from 'react';

/**
 * A long list by and by: what is shown of it, `more` that shows further ones if there are any, `back` to the first. Hundreds of cards at
 * once, again with every answer of the chain, would keep a page from answering its reader.
 */
export function useSome<T>(all: readonly T[], step = 20) {
  const [count, setCount] = useState(step);
  return {
    some: all.slice(0, count),
    more: all.length > count ? () => setCount(count + step) : undefined,
    back: () => setCount(step),
  };
}
