'use client';

import { viemReader } from 'dintel/chain/viem';
import { useSyncExternalStore } from 'react';
import { useSiteState } from '../providers';
import type { SiteConfig } from '../siteConfig';
import { ChainFacts } from './chainFacts';
import type { Chronicle } from './facts';

/** How often the head is asked for, in milliseconds. */
const pollMs = 1_500;

/** What is known so far; `behind` when the chain has stopped answering. */
export interface Known {
  readonly chronicle: Chronicle | undefined;
  readonly behind: boolean;
}

const nothing: Known = { chronicle: undefined, behind: false };

/** One reading of one network for all pages: it goes on while anyone looks, and starts where it stopped. */
class Reading {
  readonly #site: SiteConfig;
  readonly #listeners = new Set<() => void>();
  #facts: ChainFacts | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  known: Known = nothing;

  constructor(site: SiteConfig) {
    this.#site = site;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#read();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  };

  async #read(): Promise<void> {
    const { rpcUrl, deployment } = this.#site;
    try {
      this.#facts ??= new ChainFacts(await viemReader({ rpcUrl, chainId: deployment.chainId }), deployment);
      const chronicle = await this.#facts.advance();
      if (chronicle.block !== this.known.chronicle?.block || this.known.behind)
        this.#tell({ chronicle, behind: false });
    } catch {
      this.#tell({ ...this.known, behind: true });
    }
    clearTimeout(this.#timer);
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#read(), pollMs);
  }

  #tell(known: Known): void {
    this.known = known;
    for (const listener of this.#listeners) listener();
  }
}

const readings = new Map<SiteConfig, Reading>();

const readingOf = (site: SiteConfig): Reading => {
  const reading = readings.get(site) ?? new Reading(site);
  readings.set(site, reading);
  return reading;
};

const neverAsk = () => () => undefined;

/** The network's past and present, kept up to date; nothing of it before it is known which network. */
export function useChronicle(): Known {
  const site = useSiteState();
  const reading = typeof site === 'object' ? readingOf(site) : undefined;
  return useSyncExternalStore(
    reading?.subscribe ?? neverAsk,
    () => reading?.known ?? nothing,
    () => nothing,
  );
}
