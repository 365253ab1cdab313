'use client';

import { useEffect, useState } from 'react';

/** The reader's clock, milliseconds since 1970, told anew each `everyMs` as long as there is somebody to tell. */
export function useNow(everyMs = 1_000, running = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return now;
}
