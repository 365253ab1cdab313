'use client';

import { type RefObject, useEffect, useRef, useState } from 'react';

/** The width of an element in pixels as it changes; `first` is what the exported page is drawn with. */
export function useWidth(first = 640): readonly [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const watcher = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(240, Math.floor(entry.contentRect.width)));
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return [ref, width];
}
