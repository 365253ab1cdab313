'use client';

import { useSyncExternalStore } from 'react';
import { subscribeTracked, type Tracked, tracked, trackedAtFirst } from './store';

/** What this device asked a wallet to do, newest first. */
export const useTracked = (): readonly Tracked[] => useSyncExternalStore(subscribeTracked, tracked, trackedAtFirst);
